r"""Times `kerazoo.prediction` against an export's signature that is called in one loop.

    python -m benchmarks.prediction

Prints one JSON line per figure: rows per second, and per second of the processor, of
`write_answers`, from the file to the file of answers; of the signature on the same rows
in the order of the file; and the median of the ratios over pairs, which take turns. In
the loop `classify_files` decodes images. Give it an idle machine and two minutes.
"""

import tempfile

from absl import app
from absl import flags

from benchmarks.processes import median
from benchmarks.processes import report
from benchmarks.processes import run_module

_PAIRS = flags.DEFINE_integer("pairs", 3, "Pairs of runs.", lower_bound=1)
_ROWS = flags.DEFINE_multi_string(
    "rows", ["texts=10000", "images=1000"], "What, and how many; once per value."
)


def main(_):
    for given in _ROWS.value:
        what, _, count = given.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            pairs = run_module("prediction_rows", what, count, _PAIRS.value, folder)
        for i, figure in enumerate(("per_second", "per_cpu_second")):
            rates = [(ours[i], loop[i]) for ours, loop in pairs]
            ratios = [round(ours / loop, 3) for ours, loop in rates]
            report(
                f"{what}_{figure}",
                value=median(ours for ours, _ in rates),
                loop=median(loop for _, loop in rates),
                ratio=median(ratios),
                ratios=ratios,
                rows=int(count),
            )


if __name__ == "__main__":
    app.run(main)
