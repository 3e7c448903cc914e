import subprocess
import sys

import pytest

from kerazoo.serving import exported
from kerazoo.serving import exporting


def test_newest_version_is_that_of_the_largest_number(tmp_path):
    for name in ("2", "10", "notes"):
        (tmp_path / name).mkdir()
    assert exported.newest_version(tmp_path) == tmp_path / "10"
    (tmp_path / "2" / "saved_model.pb").touch()
    assert exported.newest_version(tmp_path / "2") == tmp_path / "2"
    with pytest.raises(ValueError, match="nowhere holds no exported version"):
        exported.newest_version(tmp_path / "nowhere")


def test_damaged_notes_name_their_file(tmp_path):
    assert exported.read_metadata(tmp_path) == {}
    (tmp_path / "assets.extra").mkdir()
    file = tmp_path / "assets.extra" / "kerazoo.json"
    file.write_text('{"family": ')
    with pytest.raises(ValueError, match="kerazoo.json is damaged"):
        exported.read_metadata(tmp_path)


def test_nothing_heavy_is_imported_and_old_names_stay():
    program = (
        "import sys, kerazoo.serving.exported, kerazoo.prediction.kinds\n"
        "print({'tensorflow', 'keras', 'numpy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    for name in ("newest_version", "read_metadata", "versions"):
        assert getattr(exporting, name) is getattr(exported, name)
