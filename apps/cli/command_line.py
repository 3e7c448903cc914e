"""The words of a command line: read, or what is wrong with them said in one line."""

import pathlib
import re
import sys

from absl import flags

from apps.cli import errors
from apps.cli import help
from apps.cli import tasks
from apps.cli.kinds import kind_of
from apps.cli.nearest import nearest
from apps.cli.parsers import module_of

_OF_OLD_RUNS = ("count", "feature_extractor")
_PRESETS = pathlib.Path(__file__).parents[1] / "presets"


def parse(main, argv, tables):
    """Reads flags, and gives those of a task its defaults; ends where help was asked.

    Args:
        main: The app's function.
        argv: List of str, the process's.
        tables: `apps.cli.help.Tables` of the app.

    Returns:
        List of the words that are no flags, the first the process's name.
    """
    if kind := help.asked_for(argv):
        help.show(kind, main, argv, tables)
        sys.exit(0)
    module = module_of(main.__module__)
    try:
        rest = flags.FLAGS(_without_old_flags(module, argv))
    except (flags.Error, ValueError, OSError) as error:
        errors.end(_explained(error, _own_names(module), argv))
    for name in sorted(_own_names(module)):
        flag = flags.FLAGS[name]
        if flag.value != flag.value:  # NaN, which is within all bounds.
            errors.end(_about_value(flag, "nan"))
    for name, word in _given_twice(argv):
        print(f"Warning: --{name} was given twice: {word} counts.", file=sys.stderr)
    tasks.take_defaults(tables.task_defaults)
    return rest


def _own_names(module):
    return {flag.name for flag in flags.FLAGS.get_key_flags_for_module(module)}


def _without_old_flags(module, argv):
    """Returns a command line with its flagfiles read.

    Those of version 0.1's runs name flags that their app had for no use of its own.
    """
    expanded = flags.FLAGS.read_flags_from_files(argv, force_gnu=False)
    own = _own_names(module)
    return [
        argument
        for argument in expanded
        if argument in argv
        or (name := argument.partition("=")[0].strip("-")) in own
        or name not in _OF_OLD_RUNS
    ]


def _given_twice(argv):
    """Gives pairs of a flag with several values and the word that counts."""
    words = {}
    for word in argv[1:]:
        name = word.partition("=")[0].lstrip("-")
        if word.startswith("-") and name not in flags.FLAGS:
            name = name.removeprefix("no")
        if not word.startswith("-") or name not in flags.FLAGS:
            continue
        if "=" in word or flags.FLAGS[name].boolean:
            words.setdefault(name, []).append(word)
    for name, given in words.items():
        is_multi = isinstance(flags.FLAGS[name], flags.MultiFlag)
        if len(set(given)) > 1 and not is_multi and name != "flagfile":
            yield name, given[-1]


def _explained(error, own, argv):
    """Returns what is wrong, by the flag's name and with what is near."""
    text = str(error)
    if isinstance(error, flags.UnrecognizedFlagError):
        name = error.flagname
        booleans = {f"no{n}" for n in own if flags.FLAGS[n].boolean}
        near = nearest(name, {*own, *booleans}).replace("mean ", "mean --")
        return f"--{name} is no flag of this app.{near} See --helpshort."
    if isinstance(error, flags.CantOpenFlagFileError):
        return _about_flagfile(error.__context__)
    if isinstance(error, UnicodeDecodeError):
        files = [word for word in argv if word.lstrip("-").startswith("flagfile")]
        return f"{' '.join(files)} must be a file of text, a flag a line."
    if match := re.match(r"flag --(\w+)=", text):
        value = text[match.end() :].removesuffix(f": {error.__context__}")
        return _about_value(flags.FLAGS[match[1]], value)
    if match := re.match(r"Missing value for flag -*(\w+)|--(flagfile) with no", text):
        name = match[1] or match[2]
        return f"--{name} needs a value: --{name}=VALUE. See --helpshort."
    return f"{text.rstrip('.')}. See --helpshort."


def _about_value(flag, value):
    near = ""
    if isinstance(flag.parser, flags.EnumParser):
        near = nearest(value, flag.parser.enum_values)
    return f"--{flag.name}={value} must be {kind_of(flag)}.{near} See --helpshort."


def _about_flagfile(error):
    """Returns what is wrong with a flagfile, and which preset has a name like it."""
    presets = {
        f"apps/presets/{path.relative_to(_PRESETS)}": path
        for path in _PRESETS.glob("*/*.flags")
    }
    near = nearest(str(error.filename), presets)
    return f"--flagfile={error.filename} cannot be read: {error.strerror}.{near}"
