"""Runs an app that prints for people, as its command line would."""

import sys

from absl import flags
from absl.testing import flagsaver

from apps.cli.launch import launch


def run(capsys, main, *arguments):
    """Returns exit code, standard output and standard error."""
    if not flags.FLAGS.is_parsed():
        flags.FLAGS(sys.argv[:1])
    code, app = 0, sys.modules[main.__module__]
    capsys.readouterr()
    with flagsaver.flagsaver():
        try:
            tables = getattr(app, "TABLES", {})
            launch(main, argv=["app", *map(str, arguments)], **tables)
        except SystemExit as stop:
            code = stop.code or 0
    return code, *capsys.readouterr()
