"""The README's examples do what they say."""

import importlib
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


def test_presets_say_their_command_and_have_flags_of_its_app():
    from absl.testing import flagsaver

    presets = sorted((ROOT / "apps" / "presets").glob("*/*.flags"))
    assert len(presets) >= 15
    for path in presets:
        family, lines = path.parent.name, path.read_text().splitlines()
        comment = [line for line in lines if line.startswith("#")]
        assert lines[: len(comment)] == comment, path
        command = f"python -m apps.train_{family} --flagfile={path.relative_to(ROOT)}"
        assert any(command in line for line in comment), path
        app = importlib.import_module(f"apps.train_{family}")
        own = flags.FLAGS.get_key_flags_for_module(app)
        names = {flag.name for flag in own}
        given = [re.match(r"--(?:no)?(\w+)", line) for line in lines[len(comment) :]]
        unknown = [f[1] for f in given if not {f[1], f[0][2:]} & names]
        assert not unknown, f"{path}: {unknown}"
        with flagsaver.flagsaver():
            flags.FLAGS(["app", f"--flagfile={path}"])  # Values that flags take.
