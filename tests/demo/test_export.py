import json

import pytest

from kerazoo.demo import find_exports


def make(folder, version=1, metadata='{"family": "dqn"}'):
    path = folder / str(version)
    (path / "assets.extra").mkdir(parents=True)
    (path / "saved_model.pb").touch()
    (path / "assets.extra" / "kerazoo.json").write_text(metadata)
    return path


def test_newest_version_of_each_model_is_found_by_name(tmp_path):
    make(tmp_path / "b")
    make(tmp_path / "a", 2)
    newest = make(tmp_path / "a", 10, json.dumps({"family": "gan"}))
    (tmp_path / "runs").mkdir()
    (tmp_path / "models.config").touch()
    first, second = find_exports(tmp_path)
    assert (first.name, first.version, second.name) == ("a", newest, "b")
    assert first.metadata == {"family": "gan"}


def test_one_model_and_one_version_are_found(tmp_path, monkeypatch):
    version = make(tmp_path / "pole", 3)
    make(tmp_path / "pole", 4)
    assert find_exports(tmp_path / "pole")[0].version.name == "4"
    assert [one.version for one in find_exports(version)] == [version]
    monkeypatch.chdir(version)
    assert find_exports(".")[0].name == "pole"


@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_no_model_is_an_error_that_names_a_command(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="apps.train_dqn.*folder=.*" + folder):
        find_exports(tmp_path / folder)


def test_damaged_model_is_left_out(tmp_path):
    make(tmp_path / "good")
    make(tmp_path / "torn", metadata='{"family": ')
    with pytest.warns(UserWarning, match="torn.*is damaged.*left out"):
        (found,) = find_exports(tmp_path)
    assert found.name == "good"
