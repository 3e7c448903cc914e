"""What `--help` prints: how an app is used, and its flags with their defaults."""

import dataclasses
import os
import re
import shutil
import sys
import textwrap

from absl import flags

from apps.cli import tasks
from apps.cli.kinds import kind_of
from apps.cli.kinds import text_of
from apps.cli.parsers import module_of
from apps.cli.sections import ORDER
from apps.cli.sections import RUN
from apps.cli.sections import section_of

_WORDS = re.compile(r"--?(help|helpshort|helpfull|helpxml|\?)(=true|=1)?")
_NARROWEST = 40
_MORE = (
    "--flagfile=FILE takes flags from a file, one a line; apps/presets/ has some. "
    "--helpfull lists the flags of absl, too."
)


@dataclasses.dataclass(frozen=True)
class Tables:
    """What an app declares beside its flags.

    Attributes:
        task_defaults: Of a task, or of a pair of a task and one of its datasets: dict
            of flag name to the default that it has instead.
        task_flags: Of a flag that only some tasks take: their names.
        texts: Of a flag whose help text is another one in this app: that text, or a
            dict of a task to its text.
        headings: Of a flag that stands under another heading in this app: that.
        words: How many words that are no flags it takes, an int.
    """

    task_defaults: dict = dataclasses.field(default_factory=dict)
    task_flags: dict = dataclasses.field(default_factory=dict)
    texts: dict = dataclasses.field(default_factory=dict)
    headings: dict = dataclasses.field(default_factory=dict)
    words: int = 0


def asked_for(argv):
    """Returns the first of `--help` and its kin without dashes, or None.

    Args:
        argv: List of str, the process's.
    """
    for word in argv[1:]:
        if word == "--":
            return None
        if match := _WORDS.fullmatch(word):
            return match[1]
    return None


def show(kind, main, argv, tables):
    """Prints help.

    Args:
        kind: See `asked_for`.
        main: The app's function.
        argv: List of str. Its `--task` and `--dataset` choose whose defaults are shown.
        tables: `Tables`.
    """
    task, dataset = _chosen(argv)
    if kind == "helpxml" and task:
        tasks.take_defaults(tables.task_defaults)
    try:
        if kind == "helpxml":
            flags.FLAGS.write_help_in_xml_format(sys.stdout)
        else:
            text = help_text(main, tables, task, dataset, with_absl=kind == "helpfull")
            print(text)
        sys.stdout.flush()
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def help_text(main, tables, task=None, dataset=None, width=None, with_absl=False):
    """Returns what `--help` prints.

    Args:
        main: The app's function; the docstring of its module begins the text.
        tables: `Tables`.
        task: str. Whose flags and defaults to show. Default: all tasks.
        dataset: str. One that may have defaults of its own. Default: any.
        width: int. Columns. Default: those of the terminal, 80 where there is none.
        with_absl: bool. Shows the flags of absl, too.
    """
    width = max(width or shutil.get_terminal_size().columns, _NARROWEST)
    module = module_of(main.__module__)
    cases = _cases(tables.task_defaults, task, dataset)
    parts = [_usage(sys.modules[main.__module__].__doc__, width)]
    groups = {title: [] for title in ORDER}
    for flag in flags.FLAGS.get_key_flags_for_module(module):
        owners = tables.task_flags.get(flag.name, ())
        if task and owners and task not in owners:
            continue
        text = _entry(flag, _text(flag, tables.texts, task), cases, owners, width)
        title = tables.headings.get(flag.name) or section_of(flag.name) or RUN
        groups.setdefault(title, []).append(text)
    if with_absl:
        groups["Of absl"] = [
            _entry(flag, flag.help, [], (), width)
            for module, defined in flags.FLAGS.flags_by_module_dict().items()
            if module.startswith("absl.")
            for flag in defined
        ]
    parts += ["\n".join([f"{title}:", *rows]) for title, rows in groups.items() if rows]
    parts.append(_wrapped(_MORE, width))
    return "\n\n".join(parts)


def _chosen(argv):
    """Returns the task and the dataset that a command line names; None where not."""
    words = [word for word in argv if not _WORDS.fullmatch(word)]
    try:
        flags.FLAGS(words, known_only=True)
    except (flags.Error, ValueError, OSError):
        return None, None
    given = flags.FLAGS.flag_values_dict()
    return tuple(
        given[name] if name in given and flags.FLAGS[name].present else None
        for name in ("task", "dataset")
    )


def _cases(task_defaults, task, dataset):
    """Returns triples of a task, the name of a case of it and the case's defaults.

    The first of a task are its own, the others those of its datasets.
    """
    found = []
    for key, values in task_defaults.items():
        owner, name = (key, None) if isinstance(key, str) else key
        if task in (None, owner) and (name is None or dataset in (None, name)):
            values = {**task_defaults[owner], **values}
            found.append((owner, name or owner, values))
    # One dataset alone, where it is named.
    replaced = {owner for owner, name, _ in found if name == dataset}
    return [case for case in found if case[0] not in replaced or case[1] == dataset]


def _usage(docstring, width):
    """Returns a docstring with its paragraphs wrapped, its commands as they are."""
    blocks = (docstring or "").strip("\n").split("\n\n")
    return "\n\n".join(
        block if block.startswith(" ") else _wrapped(" ".join(block.split()), width)
        for block in blocks
    )


def _text(flag, texts, task):
    """Returns the help text of a flag in this app."""
    text = texts.get(flag.name, flag.help)
    if isinstance(text, str):
        text = re.sub(r"^<[^>]*>: ", "", text)  # Of absl's enum flags.
        return text.partition(";\n    repeat this option")[0]  # Of its multi flags.
    if task in text:
        return text[task]
    same = {its: [name for name in text if text[name] == its] for its in text.values()}
    return " ".join(f"{', '.join(names)}: {its}" for its, names in same.items())


def _entry(flag, text, cases, owners, width):
    """Returns the lines about one flag."""
    head = f"  --[no]{flag.name}" if flag.boolean else f"  --{flag.name}"
    if owners and len({owner for owner, *_ in cases}) > 1:
        head += f" ({', '.join(owners)})"
    kind = kind_of(flag)
    if not flag.boolean and kind != "text":
        head += f"  {kind}"
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    if default := _default(flag, text, cases, owners):
        text = f"{text} Default: {default}."
    return (
        f"{_wrapped(head, width, ' ' * 6)}\n{_wrapped(text, width, ' ' * 6, ' ' * 6)}"
    )


def _default(flag, text, cases, owners):
    """Returns the default of a flag, and of the cases that have another one."""
    cases = [case for case in cases if not owners or case[0] in owners]
    values = [(name, own.get(flag.name, flag.default)) for _, name, own in cases]
    values = [(name, text_of(value)) for name, value in values]
    base = values[0][1] if values else text_of(flag.default)
    others = [f"{name} {value}" for name, value in values if value != base]
    if base == "none" and not others:
        return None if "efault" in text else base
    return f"{base} ({', '.join(others)})" if others else base


def _wrapped(text, width, indent="", first=""):
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
