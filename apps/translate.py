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
        import tensorflow_text  # noqa: F401  Its operations are in the model.

        from kerazoo.serving.signatures import load_signatures
    with errors.user_errors():
        path, metadata = exports.find_export("transformer")
        if metadata["task"] != "translate":
            raise ValueError(
                f"--saved_model={path} is of --task={metadata['task']}: it does not "
                "translate."
            )
        check_beams(metadata["beam_size"])
        signatures = load_signatures(path)
    try:
        for lines in batches(sys.stdin.isatty()):
            for texts in translate(signatures, lines):
                print("\n".join(texts), flush=True)
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_beams(beam_size):
    """Refuses more translations than the model's search has."""
    if _N_BEST.value > beam_size:
        raise ValueError(
            f"--n_best={_N_BEST.value} must be at most {beam_size}, the beams that the "
            "model was exported with: export it with a larger --beam_size."
        )


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


def translate(signatures, lines):
    """Returns a list of texts for each line."""
    import tensorflow as tf

    name = "greedy" if _GREEDY.value else "translate"
    if _N_BEST.value:
        name = "n_best"
    found = signatures[name](text=tf.constant(lines))
    for i in found["is_truncated"].numpy().nonzero()[0]:
        start = lines[i][:40].decode(errors="replace")
        print(f"Warning: only the beginning was read of {start!r}...", file=sys.stderr)
    translations = found["translation"].numpy()
    if not _N_BEST.value:
        return [[_text(line)] for line in translations]
    return [
        [f"{score:.4f}\t{_text(line)}" for line, score in zip(row, scores)]
        for row, scores in zip(translations[:, : _N_BEST.value], found["score"].numpy())
    ]


def _text(line):
    return line.decode(errors="replace").replace("\n", " ")


if __name__ == "__main__":
    launch(main, DEFAULTS)
