r"""Translates lines with an exported model: from standard input to standard output.

    echo "3 mai 1968" | python -m apps.translate
    python -m apps.translate --saved_model=saved_models/transformer_books_en_de < new.en
    python -m apps.translate --n_best=3

In a terminal it asks for a line at a time. Each line of the input gives one line of the
output; with --n_best as many, each `score<TAB>translation`, best first.
"""

import os
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.launch import launch

_N_BEST = flags.DEFINE_integer(
    "n_best",
    0,
    "Prints so many translations of each line, with scores; 0 for the best alone.",
    lower_bound=0,
)
_GREEDY = flags.DEFINE_boolean(
    "greedy", False, "Takes the likeliest token each time: faster than beams."
)
_LINES = flags.DEFINE_integer(
    "lines_per_batch", 32, "Lines that are translated at a time.", lower_bound=1
)
flags.adopt_module_key_flags(exports)

DEFAULTS = {"saved_model": "saved_models/transformer_dates"}


def main():
    if _N_BEST.value and _GREEDY.value:
        raise errors.UserError("--n_best does not go with --greedy, which has one.")
    with errors.heavy_imports("text"):
        from kerazoo.tasks.transformer.exported import Translator
    with errors.user_errors():
        path, metadata = exports.find_export("transformer")
        if metadata["task"] != "translate":
            raise ValueError(
                f"--saved_model={path} is of --task={metadata['task']}: it does not "
                "translate."
            )
        beams = metadata["beam_size"]
        if _N_BEST.value > beams:
            raise ValueError(
                f"--n_best={_N_BEST.value} must be at most {beams}, the beams that the "
                "model was exported with: export it with a larger --beam_size."
            )
        translator = Translator(path)
    try:
        for lines in batches(sys.stdin.isatty()):
            translate(translator, lines)
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def batches(is_terminal):
    """Gives lists of lines, bytes, of standard input."""
    size = 1 if is_terminal else _LINES.value
    lines = []
    while True:
        if is_terminal:
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.buffer.readline()
        if line:
            lines.append(line.rstrip(b"\r\n"))
        if lines and (not line or len(lines) == size):
            yield lines
            lines = []
        if not line:
            return


def translate(translator, lines):
    """Prints the translations of lines."""
    found, is_truncated = translator(lines, _N_BEST.value, _GREEDY.value)
    for i in is_truncated.nonzero()[0]:
        start = lines[i][:40].decode(errors="replace")
        print(f"Warning: only the beginning was read of {start!r}...", file=sys.stderr)
    for row in found:
        for text, score in row:
            print(f"{score:.4f}\t{text}" if _N_BEST.value else text, flush=True)


if __name__ == "__main__":
    launch(main, DEFAULTS)
