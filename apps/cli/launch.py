"""From a command line to an exit code."""

import contextlib
import sys
import warnings

from absl import app
from absl import flags
from absl import logging

from apps.cli import command_line
from apps.cli import errors
from apps.cli import signals
from apps.cli import tasks as task_flag
from apps.cli.early_checks import check_run
from apps.cli.help import Tables
from apps.cli.notices import show_notices
from apps.cli.parsers import module_of


def launch(main, defaults=None, tasks=None, argv=None, **tables):
    """Runs an app's `main` and exits as the command-line contract says.

    0: done. 1: training failed. 2: a user's mistake, said in one line. 130 and 143:
    stopped by Ctrl-C or SIGTERM, to be run again.

    Args:
        main: Function of the words that are no flags, where it takes any.
        defaults: dict of flag name to the app's own default.
        tasks: dict of the values of `--task` to what they mean, for apps that have it.
        argv: List of str. Default: that of the process.
        **tables: See `apps.cli.help.Tables`.
    """
    set_defaults(defaults or {})
    if tasks:
        task_flag.set_tasks(tasks)
    module, tables = module_of(main.__module__), Tables(**tables)
    app.run(
        lambda rest: _guarded(main, module, rest, tables.words),
        argv=argv,
        flags_parser=lambda argv: command_line.parse(main, argv, tables),
    )


def set_defaults(defaults):
    """Gives flags the defaults of one app.

    Args:
        defaults: dict of flag name to value.
    """
    for flag, value in defaults.items():
        flags.FLAGS.set_default(flag, value)


def _guarded(main, module, rest, words):
    logging.set_verbosity(logging.ERROR)
    show_notices()
    with signals.ending(), warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            _check_command(module, rest, words)
            check_run(module)
            main(*rest[1:])
        except errors.UserError as error:
            errors.end(str(error))
        except KeyboardInterrupt:
            sys.exit(130)
        except FloatingPointError as error:
            errors.end(str(error), errors.FAILED)
        except Exception as error:
            with _library_errors():
                raise error


@contextlib.contextmanager
def _library_errors():
    """Ends as the library's own exceptions mean; knows them without importing it."""
    try:
        yield
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "RunError" in kinds:
            errors.end(errors.in_flags(str(error)))
        if "Interrupted" in kinds:
            saved = ", state saved" if error.is_saved else ""
            print(
                f"Stopped by {error}{saved}. The same command goes on.",
                file=sys.stderr,
            )
            sys.exit(128 + error.signal_number)
        if "EnvironmentFailure" in kinds:
            errors.end(str(error), errors.FAILED)
        raise


def _check_command(module, rest, words):
    """Refuses words that are no flags, and flags of other apps."""
    if len(rest) > 1 + words:
        raise errors.UserError(
            f"Unexpected argument {rest[1 + words]!r}: flags are given as --name=value."
        )
    own = {flag.name for flag in flags.FLAGS.get_key_flags_for_module(module)}
    for other, defined in flags.FLAGS.flags_by_module_dict().items():
        for flag in defined:
            if other.startswith("apps.") and flag.present and flag.name not in own:
                raise errors.UserError(
                    f"--{flag.name} is no flag of this app: see --helpshort."
                )


def _show_warning(message, category, *_):
    if issubclass(category, UserWarning):  # Others speak to programmers.
        print(f"Warning: {errors.in_flags(str(message))}", file=sys.stderr)
