import fcntl
import os

import pytest

from kerazoo.serving.partial import partial_folder


def test_folder_is_made_and_stays_for_who_renames_it(tmp_path):
    with partial_folder(tmp_path / "model") as folder:
        (folder / "file").write_text("")
        folder.rename(tmp_path / "model" / "1")
    assert os.listdir(tmp_path / "model") == ["1"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, SystemExit])
def test_error_leaves_nothing(tmp_path, error):
    with pytest.raises(error), partial_folder(tmp_path / "model") as folder:
        (folder / "file").write_text("")
        raise error
    assert os.listdir(tmp_path) == []


def test_error_leaves_other_versions(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(OSError), partial_folder(tmp_path):
        raise OSError
    assert os.listdir(tmp_path) == ["1"]


def test_only_folders_of_the_dead_are_removed(tmp_path):
    dead = tmp_path / ".partial-1-abc"
    (dead / "variables").mkdir(parents=True)
    (tmp_path / ".partial-77").mkdir()  # Of version 0.2.
    with partial_folder(tmp_path) as one:
        assert not dead.exists() and not (tmp_path / ".partial-77").exists()
        (one / "file").write_text("kept")
        with partial_folder(tmp_path) as other:
            assert one != other
            assert (one / "file").read_text() == "kept"


def test_disk_without_locks_is_written_to(tmp_path, monkeypatch):
    (tmp_path / ".partial-1-abc").mkdir()

    def refuse(*_):
        raise OSError("no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with partial_folder(tmp_path) as folder:
        assert folder.exists()
        assert (tmp_path / ".partial-1-abc").exists()  # Perhaps of another machine.
