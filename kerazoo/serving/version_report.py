"""What a check of an exported version has found."""

import dataclasses
import typing


@dataclasses.dataclass
class SignatureReport:
    """What was found of one signature.

    Attributes:
        name: Name of the signature.
        answer: `"same"` as the one that was stored, `"differs"`, `"fails"`, or
            `"not compared"` where none is stored.
        first_seconds: Time of the first answer; None where it failed.
        steady_seconds: Median time of the answers after it.
        examples_per_second: dict of a batch size to the rate at it; None where the
            signature takes no batch, or not of this size.
    """

    name: str
    answer: str = "not compared"
    first_seconds: float | None = None
    steady_seconds: float | None = None
    examples_per_second: dict[int, float | None] = dataclasses.field(
        default_factory=dict
    )


@dataclasses.dataclass
class VersionReport:
    """What was found of one version.

    Attributes:
        path: Path of the version.
        size: Bytes on disk.
        load_seconds: Time of loading; None where it failed.
        memory: Bytes of the process after loading.
        other_operations: Operations that are not TensorFlow's own.
        signatures: A `SignatureReport` for each with a recorded request.
        requests: How many were made to see whether memory grows.
        memory_growth: By how much it grew over them, relative to what it was; None
            where that was not measured.
        problems: What the version falls short in, a sentence each.
        notes: What could not be checked.
    """

    path: str
    size: int = 0
    load_seconds: float | None = None
    memory: int | None = None
    other_operations: list[str] = dataclasses.field(default_factory=list)
    signatures: list[SignatureReport] = dataclasses.field(default_factory=list)
    requests: int = 0
    memory_growth: float | None = None
    problems: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems

    def describe(self) -> dict[str, typing.Any]:
        """Returns all of it, and `passed`, as JSON can hold it."""
        return {"passed": self.passed, **dataclasses.asdict(self)}

    def lines(self) -> list[str]:
        """Returns the lines of a table for people."""
        found = [f"{self.path}: {'passed' if self.passed else 'FAILED'}"]
        found += [f"  problem: {problem}" for problem in self.problems]
        about = [f"{self.size / 1e6:,.1f} MB on disk"]
        if self.load_seconds is not None and self.memory is not None:
            about += [
                f"loaded in {self.load_seconds:.2f} s",
                f"{self.memory / 1e6:,.0f} MB of memory",
            ]
        found.append(f"  {', '.join(about)}")
        if self.other_operations:
            names = ", ".join(self.other_operations)
            found.append(f"  operations that are not TensorFlow's own: {names}")
        if self.signatures:
            found += [f"  {line}" for line in _table(self.signatures)]
        if self.memory_growth is not None:
            found.append(
                f"  memory grew by {self.memory_growth:.1%} over {self.requests:,} "
                "requests"
            )
        return found + [f"  note: {note}" for note in self.notes]


def _table(signatures):
    sizes = sorted({size for s in signatures for size in s.examples_per_second})
    head = ["signature", "answer", "first", "then"]
    rows = [[*head, *(f"1/s at {size}" for size in sizes)]]
    for signature in signatures:
        rates = (signature.examples_per_second.get(size) for size in sizes)
        rows.append(
            [
                signature.name,
                signature.answer,
                _milliseconds(signature.first_seconds),
                _milliseconds(signature.steady_seconds),
                *map(_rate, rates),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths))
        )
        for row in rows
    ]


def _rate(rate):
    if rate is None:
        return "-"
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def _milliseconds(seconds):
    return "-" if seconds is None else f"{1_000 * seconds:,.2f} ms"
