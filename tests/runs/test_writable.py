import os
import shutil
import types

import pytest

from kerazoo.runs.writable import check_file
from kerazoo.runs.writable import check_folder


def test_folder_that_can_be_written_is_left_as_it_was(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file").write_text("text")
    check_folder(tmp_path / "old", "workdir")
    check_folder(tmp_path / "new" / "folder", "workdir")
    assert os.listdir(tmp_path) == ["old"]
    assert os.listdir(tmp_path / "old") == ["file"]


def test_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(ValueError, match=f"`workdir` .*{tmp_path}/file is a file"):
            check_folder(folder, "workdir")


@pytest.mark.parametrize("folder", ["/proc/no", "/sys/no/run"])
def test_folder_that_cannot_be_made_is_said_without_numbers(folder):
    with pytest.raises(ValueError, match="`export_dir` cannot be written") as raised:
        check_folder(folder, "export_dir")
    assert f"Received: export_dir={folder}" in str(raised.value)
    assert "Errno" not in str(raised.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(0o500)
    for folder in (tmp_path, tmp_path / "run"):
        with pytest.raises(ValueError, match="Permission denied"):
            check_folder(folder, "workdir")


def test_disk_without_room(tmp_path, monkeypatch):
    free = types.SimpleNamespace(free=3_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    check_folder(tmp_path, "workdir", num_bytes=2_000_000)
    with pytest.raises(ValueError, match="3 MB of free space, and about 50 MB"):
        check_folder(tmp_path / "run", "workdir")


def test_file(tmp_path):
    check_file(tmp_path / "new" / "picture.png", "picture")
    assert not os.listdir(tmp_path)
    with pytest.raises(ValueError, match="`picture` must be a file"):
        check_file(tmp_path, "picture")
    (tmp_path / "file").write_text("")
    check_file(tmp_path / "file", "picture")
    with pytest.raises(ValueError, match="file is a file"):
        check_file(tmp_path / "file" / "picture.png", "picture")
