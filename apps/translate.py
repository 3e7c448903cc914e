r"""Translates lines with an exported model: from standard input to standard output.

    echo "3 mai 1968" | python -m apps.translate
    python -m apps.translate --saved_model=saved_models/transformer_books_en_de < new.en
    python -m apps.translate --n_best=3

In a terminal it asks for a line at a time. Each line of the input gives one line of the
output, a blank line a blank one; with --n_best as many, each `score<TAB>translation`,
best first. The first line that is not UTF-8, and the first one of characters that the
model does not know, are named in a warning.
"""

import codecs
import os
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.shared_flags import search

declare(search.N_BEST, search.GREEDY)
section(RUN)
_LINES = flags.DEFINE_integer(
    "lines_per_batch", 32, "Lines that are translated at a time.", lower_bound=1
)
flags.adopt_module_key_flags(exports)

DEFAULTS = {"saved_model": "saved_models/transformer_dates"}
TABLES = {
    "texts": {
        "n_best": (
            "Prints so many translations of each line, with scores; 0 for the best "
            "alone."
        )
    }
}


def main():
    if search.N_BEST.value and search.GREEDY.value:
        raise errors.UserError("--n_best does not go with --greedy, which has one.")
    with errors.user_errors():
        path, metadata = exports.find_export("transformer")
        if metadata["task"] != "translate":
            raise ValueError(
                f"--saved_model={path} is of --task={metadata['task']}: it does not "
                "translate."
            )
        beams = metadata["beam_size"]
        n_best = search.N_BEST.value
        if n_best > beams:
            raise ValueError(
                f"--n_best={n_best} must be at most {beams}, the beams that the model "
                "was exported with: export it with a larger --beam_size."
            )
    with errors.heavy_imports("text"):
        from kerazoo.tasks.transformer.exported import Translator
    with errors.user_errors():
        translator = Translator(path)
    watch = Watch()
    try:
        for lines in batches(sys.stdin.isatty()):
            translate(translator, lines, watch)
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def batches(is_terminal):
    """Gives lists of lines, bytes, of standard input."""
    size = 1 if is_terminal else _LINES.value
    mark = codecs.BOM_UTF8  # Perhaps of the first line.
    lines = []
    while True:
        if is_terminal:
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.buffer.readline()
        if line:
            lines.append(line.rstrip(b"\r\n").removeprefix(mark))
            mark = b""
        if lines and (not line or len(lines) == size):
            yield lines
            lines = []
        if not line:
            return


def translate(translator, lines, watch):
    """Prints the translations of lines."""
    found = translator(lines, search.N_BEST.value, search.GREEDY.value)
    watch(lines, found)
    for row in found.translations:
        for text, score in row:
            print(f"{score:.4f}\t{text}" if search.N_BEST.value else text, flush=True)


class Watch:
    """Warns of lines that were not read, or not wholly."""

    def __init__(self):
        self._count = 0
        self._said = set()

    def __call__(self, lines, found):
        for i in found.is_truncated.nonzero()[0]:
            start = lines[i][:40].decode(errors="replace")
            self._warn(f"only the beginning was read of {start!r}...")
        self._warn_once(~found.is_utf8, "is not UTF-8")
        self._warn_once(
            found.is_unknown & found.is_utf8,
            "has characters that the model's vocabulary does not have",
        )
        self._count += len(lines)

    def _warn_once(self, is_odd, what):
        if what not in self._said and is_odd.any():
            self._said.add(what)
            line = self._count + is_odd.argmax() + 1
            self._warn(f"line {line} {what}; more such lines are not named.")

    def _warn(self, text):
        print(f"Warning: {text}", file=sys.stderr)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
