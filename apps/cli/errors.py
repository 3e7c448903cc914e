"""Mistakes of the person at the keyboard, each said in one line."""

import contextlib
import re
import sys

from absl import flags

from apps.cli import signals
from apps.cli import tensorflow_import

FAILED = 1
USER_ERROR = 2


class UserError(Exception):
    """A mistake in the command, to be said in one line."""


@contextlib.contextmanager
def user_errors(*types):
    """Turns these exceptions, ValueError and OSError into a `UserError`.

    Put it around what only checks arguments and opens files, never around training.
    """
    try:
        yield
    except (ValueError, OSError, *types) as error:
        raise UserError(in_flags(str(error))) from error


@contextlib.contextmanager
def heavy_imports(extra, legacy_keras=False):
    """Prepares the imports of TensorFlow and of what an extra brings.

    TensorFlow is imported without what its C++ code says on every start; a missing
    package is one line that says what to install.

    Args:
        extra: str. Name of the extra of `setup.cfg` that has the packages.
        legacy_keras: bool. Puts Keras 2 behind `tf.keras`, for TF-Agents and TF-GNN.
    """
    with signals.dying(), user_packages(extra):
        if legacy_keras:
            from kerazoo import legacy_keras
        tensorflow_import.import_tensorflow()
        yield


@contextlib.contextmanager
def user_packages(extra):
    """Says which extra to install if a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("apps", "kerazoo"):
            raise  # No package, but a mistake of ours.
        raise UserError(
            f"{error.name} is not installed: this needs pip install "
            f"'kerazoo[{extra}]', in a clone pip install '.[{extra}]'."
        ) from error


def in_flags(message):
    """Returns a message of the library in the words of the command line.

    The library names its arguments: `batch_size` becomes --batch_size, and what was
    received batch_size=9 becomes --batch_size=9.
    """
    message = " ".join(message.split())

    def flag(match):
        name = match["name"]
        return f"--{match[0].strip('`')}" if name in flags.FLAGS else match[0]

    message = re.sub(r"`(?P<name>\w+)`", flag, message)
    head, received, tail = message.partition("Received: ")
    return head + received + re.sub(r"(?<![\w-])(?P<name>[a-z_]\w*)=", flag, tail)


def end(message, code=USER_ERROR):
    """Says a message and ends the process."""
    print(f"Error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
