"""Pairs of runs, ours and a peer's in turn, by number of threads and precision."""

import collections
import dataclasses
from collections.abc import Callable
from collections.abc import Iterator

from absl import flags

from benchmarks import peers
from benchmarks.processes import median
from benchmarks.processes import report

flags.adopt_module_key_flags(peers)
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}  # Keras's names.
THREADS = flags.DEFINE_multi_integer("threads", [1, 2], "Threads, once per value.")
PRECISIONS = flags.DEFINE_multi_enum(
    "precision", list(POLICIES), list(POLICIES), "Once per value."
)

Figures = dict[str, float]


@dataclasses.dataclass
class Pairs:
    """The runs of one number of threads and one precision.

    Attributes:
        threads: Number of threads.
        precision: A key of `POLICIES`.
        ours: Figures of our runs.
        theirs: Figures of the peer's runs, in the same order, with the names of ours;
            empty without a peer.
        theirs_float32: The same of its runs in float32.
    """

    threads: int
    precision: str
    ours: list[Figures]
    theirs: list[Figures]
    theirs_float32: list[Figures]

    def report(self, figure: str, **values: object) -> None:
        """Prints a figure with the number of threads and the precision."""
        report(figure, **values, threads=self.threads, precision=self.precision)

    def median(self, name: str) -> float:
        """Returns the median of one of our figures."""
        return median(run[name] for run in self.ours)

    def ratios(
        self, key: str, name: str, theirs: list[Figures], power: int = 1
    ) -> dict[str, float | list[float]]:
        """Returns by how much we are faster.

        Args:
            key: Name of the median; that of the list has an "s" more.
            name: Name of the figure.
            theirs: The peer's runs.
            power: 1 if more of the figure is faster, -1 if less is.

        Returns:
            dict of the median of the ratios and the list of them; empty if the peer has
            no such figure.
        """
        pairs = [(a[name], b[name]) for a, b in zip(self.ours, theirs) if name in b]
        if not pairs:
            return {}
        each = [(a / b) ** power for a, b in pairs]
        return {key: median(each), f"{key}s": [round(ratio, 2) for ratio in each]}

    def report_speed(self, figure: str, name: str, peer: str, power: int = 1) -> None:
        """Prints medians of both sides, and the ratios.

        Args:
            figure: Name to print.
            name, power: See `ratios`.
            peer: What the peer is called.
        """
        values: dict[str, object] = {"value": self.median(name)}
        if self.theirs:
            values[peer] = median(run[name] for run in self.theirs)
        values |= self.ratios("ratio", name, self.theirs, power)
        if self.precision != "float32":
            values |= self.ratios("ratio_to_float32", name, self.theirs_float32, power)
        self.report(figure, **values)


def take_turns(
    run_ours: Callable[[int, str], Figures],
    run_peer: Callable[[int, str], Figures | None],
) -> Iterator[Pairs]:
    """Runs both sides in turn, as often as `--pairs` says.

    Args:
        run_ours: Function of a number of threads and a precision to the figures of one
            run.
        run_peer: The same of the peer; None if it is not installed.

    Yields:
        `Pairs` of each of `--threads` and each `--precision`. Precisions take turns,
        too.
    """
    peers.note_missing()
    for threads in THREADS.value:
        ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
        for _ in range(peers.PAIRS.value):
            for precision in PRECISIONS.value:
                ours[precision].append(run_ours(threads, precision))
                if peer := run_peer(threads, precision):
                    theirs[precision].append(peer)
        for precision in PRECISIONS.value:
            sides = ours[precision], theirs[precision], theirs["float32"]
            yield Pairs(threads, precision, *sides)
