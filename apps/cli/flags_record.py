"""The flags of a run, noted in its folder as a flagfile that repeats it."""

import pathlib
import re
import shlex
import sys

from absl import flags

from apps.cli import run_flags
from apps.cli.checks import is_given
from apps.cli.whose_run import command_of
from kerazoo.runs.record import has_state

_FILE = "flags.txt"
_LINE = re.compile(r"--\w+(=.*)?$|#|\s*$")  # Comments may have been added.
_SAME_OUTCOME = {"workdir", "export", "num_seeds"}
_WHERE = {"workdir", "export", "export_dir", "num_seeds", "profile_steps"}


class FlagsRecord:
    """Notes an app's flags in `flags.txt`, see `kerazoo.runs.Record`.

    Args:
        module: str. `__name__` of the app.
        **changes: Flags of this one of several runs that differ from the command's.
    """

    def __init__(self, module, **changes):
        self._app = _app_of(module)
        self._changes = changes
        self._lines = _flag_lines(module)
        for name, value in changes.items():
            self._lines[name] = f"--{name}={value}"

    def check(self, folder):
        """Refuses other model flags than the folder's.

        Returns:
            bool. Whether all flags but those of where to write are as before.
        """
        path = pathlib.Path(folder, _FILE)
        if not has_state(path.parent):
            return False
        before = _read(path)
        self._check_app(path.parent, before)
        changed = {
            name: f"{before.get(name) or f'no --{name}'} became {line or 'unset'}"
            for name, line in self._lines.items()
            if before.get(name, "") != line and not _is_new(name, before)
        }
        refused = [
            text for name, text in changed.items() if name not in run_flags.MAY_CHANGE
        ]
        if refused:
            raise ValueError(
                f"{path.parent} was trained with other flags: {'; '.join(refused)}. "
                "Use the old ones again, or another --workdir."
            )
        return changed.keys() <= _SAME_OUTCOME

    def _check_app(self, folder, before):
        ours, theirs = command_of(self._lines), command_of(before)
        if ours is None or ours == theirs:
            return
        if theirs is None:
            raise ValueError(
                f"{folder / _FILE} has the flags of no app of kerazoo: give another "
                "--workdir."
            )
        raise ValueError(
            f"{folder} is a run of {theirs}, not of {ours}: give another --workdir."
        )

    def repeat(self):
        """Returns the command that repeats the run, and all its flags, as a dict.

        The command has no folders to write to, and no flags with their defaults.
        """
        lines = {name: line for name, line in self._lines.items() if line}
        given = [
            shlex.quote(line)
            for name, line in lines.items()
            if name not in _WHERE and (name in self._changes or is_given(name))
        ]
        return {
            "command": " ".join([f"python -m {self._app}", *given]),
            "flags": [line for name, line in lines.items() if name not in _WHERE],
        }

    def write(self, folder):
        """Writes the flagfile."""
        from kerazoo.atomic_files import write_text

        text = "".join(f"{line}\n" for line in self._lines.values() if line)
        write_text(pathlib.Path(folder, _FILE), text)


def _read(path):
    """Returns the flags of a flagfile as dict of name to line."""
    if not path.exists():
        raise ValueError(
            f"{path.parent} has checkpoints and no {_FILE}: it is no run of a command. "
            "Give another --workdir."
        )
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError as error:
        raise _damaged(path, error) from None
    for number, line in enumerate(lines, 1):
        if not _LINE.match(line):
            raise _damaged(path, f"line {number} is no flag: {line[:40]!r}")
    lines = [line for line in lines if line.startswith("--")]
    return {line.split("=")[0].removeprefix("--"): line for line in lines}


def _damaged(path, why):
    return ValueError(
        f"{path} is damaged ({why}): restore it, or give another --workdir."
    )


def _app_of(module):
    """Returns the name by which `python -m` knows an app."""
    if module != "__main__":
        return module
    return f"apps.{pathlib.Path(sys.argv[0]).stem}"


def _flag_lines(module):
    """Returns the app's flags as dict of name to a line of a flagfile."""
    module = sys.argv[0] if module == "__main__" else module
    lines = {}
    for flag in flags.FLAGS.get_key_flags_for_module(module):
        lines[flag.name] = flag.serialize()
        if flag.boolean and flag.value is not None:
            lines[flag.name] = f"--{flag.name}={str(flag.value).lower()}"
    return dict(sorted(lines.items()))


def _is_new(name, before):
    """Returns whether a flag that a folder does not know has its default."""
    flag = flags.FLAGS[name]
    return name not in before and flag.value == flag.default
