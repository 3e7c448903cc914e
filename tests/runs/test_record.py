import pytest

from kerazoo.runs import SettingsRecord
from kerazoo.runs.record import has_state


def test_same_settings_are_the_same_run(tmp_path):
    record = SettingsRecord({"size": (3, 4), "train_steps": 10})
    assert not record.check(tmp_path)
    record.write(tmp_path)
    assert not record.check(tmp_path)  # Nothing was trained.
    (tmp_path / "checkpoints" / "1").mkdir(parents=True)
    assert has_state(tmp_path)
    assert record.check(tmp_path)
    assert not SettingsRecord({"size": [3, 4], "train_steps": 20}).check(tmp_path)
    assert not SettingsRecord({"size": [3, 4], "train_steps": 10, "new": None}).check(
        tmp_path
    )
    with pytest.raises(ValueError, match=r"size: \[3, 4\] became \[3, 5\]"):
        SettingsRecord({"size": [3, 5], "train_steps": 10}).check(tmp_path)


def test_a_part_that_an_older_version_had_not_is_no_change(tmp_path):
    SettingsRecord({"network": {"size": 3}}).write(tmp_path)
    (tmp_path / "checkpoints" / "1").mkdir(parents=True)
    assert not SettingsRecord({"network": {"size": 3, "new": None}}).check(tmp_path)
    with pytest.raises(ValueError, match="network: .*'size': 3.* became .*'size': 4"):
        SettingsRecord({"network": {"size": 4, "new": None}}).check(tmp_path)
