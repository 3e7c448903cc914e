"""What a person watches: a bar on a terminal, a line in a log."""

import math
import sys
import time
import typing

import tqdm

_SOON = 2.0  # Seconds. What takes no longer is not talked about in a log.
_Item = typing.TypeVar("_Item")


def track(
    items: typing.Iterable[_Item],
    name: str,
    total: int | None = None,
    unit: str = "",
    size: typing.Callable[[_Item], int] | None = None,
) -> typing.Iterator[_Item]:
    """Gives items and shows on standard error how many are done and the time left.

    On a terminal it is a bar, which goes when all are done; in a log one line, with an
    estimate, once it has taken two seconds.

    Args:
        items: What is worked on, one after the other.
        name: What is being done, such as `"Measuring"`.
        total: Number in all, in units. Default: the number of items, where known.
        unit: What is counted, such as `"images"`.
        size: Function of an item to the units it counts for. Default: 1.

    Yields:
        The items.

    Example:

    ```python
    for batch in track(range(10), "Measuring", total=1_000, unit="images",
                       size=lambda _: 100):
        pass
    ```
    """
    if total is None and isinstance(items, typing.Sized):
        total = len(items)
    is_terminal = sys.stderr.isatty()
    start, done, is_said = time.perf_counter(), 0, is_terminal
    first: tuple[int, float] | None = None  # Units and seconds of the first item.
    with tqdm.tqdm(
        total=total,
        desc=name,
        unit=f" {unit}",
        file=sys.stderr,
        disable=not is_terminal,
        dynamic_ncols=True,
        leave=False,
    ) as bar:
        for item in items:
            yield item
            count = 1 if size is None else size(item)
            done += count
            bar.update(count)
            seconds = time.perf_counter() - start
            if first is None:  # It takes longer: it may be traced.
                first = done, seconds
                continue
            is_over = total is not None and done >= total
            if not (is_said or is_over) and seconds > _SOON:
                is_said = True
                rate = (done - first[0]) / max(seconds - first[1], 1e-9)
                say(f"{name}: {_estimate(done, total, unit, rate)}")


def say(text: str) -> None:
    """Prints a line on standard error without breaking a bar."""
    tqdm.tqdm.write(text, file=sys.stderr)


def _estimate(done, total, unit, rate):
    if total is None:
        return f"{done:,} {unit}".rstrip()
    left = (total - done) / rate if rate else math.inf
    counts = f"{done:,} of {total:,} {unit}".rstrip()
    return f"{counts}, about {left:.0f} s left"
