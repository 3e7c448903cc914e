"""What documented commands write is not taken for a part of the project."""

import re
import shutil
import subprocess

import pytest

from tests.documents import ROOT

# Flags of files and folders that commands write.
_WRITES = re.compile(
    r"--(?:picture|folder|animation|progress_images|video|workdir|export_dir|output)"
    r"=([\w./]+)"
)


def written():
    """Returns the paths that the commands of pages and of apps name."""
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    files += (ROOT / "apps").glob("*.py")
    found = {path for file in files for path in _WRITES.findall(file.read_text())}
    is_placeholder = str.isupper  # As in --workdir=DIR.
    return sorted(p for p in found if not p.startswith("/") and not is_placeholder(p))


def test_outputs_of_documented_commands_are_ignored():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("This is no clone.")
    paths = written()
    assert len(paths) > 10
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    names = "\n".join(
        path if "." in path.rpartition("/")[2] else f"{path}/file" for path in paths
    )
    done = subprocess.run(
        command, cwd=ROOT, input=names, capture_output=True, text=True
    )
    left = set(names.splitlines()) - set(done.stdout.splitlines())
    assert not left
