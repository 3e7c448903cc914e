"""The README's examples do what they say."""

import pathlib
import re
import subprocess
import sys

import pytest
from absl import flags

ROOT = pathlib.Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = re.findall(r"^(?:.*&& )?\S*python -m (apps\.\w+)(.*)$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("program", PYTHON, ids=range(len(PYTHON)))
def test_python_examples_run(program):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_commands_name_apps_flags_and_files_that_exist():
    from apps import evaluate  # noqa: F401
    from apps import generate  # noqa: F401
    from apps import play  # noqa: F401
    from apps import train_diffusion  # noqa: F401
    from apps import train_dqn  # noqa: F401
    from apps import train_gan  # noqa: F401
    from apps import train_gnn  # noqa: F401
    from apps import train_transformer  # noqa: F401
    from apps import translate  # noqa: F401

    assert len(COMMANDS) >= 5
    for module, arguments in COMMANDS:
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module
        for name, value in re.findall(r"--(\w+)(?:=(\S+))?", arguments):
            assert name in flags.FLAGS or name == "flagfile", name
            if name == "flagfile" and value.startswith("apps/"):
                assert (ROOT / value).exists(), value
