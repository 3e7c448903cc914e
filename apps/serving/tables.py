"""Tables on standard error, the same as JSON lines on standard output."""

import json
import sys


def show(headings, rows, results):
    """Prints a table for a person and its lines of JSON for a program.

    Args:
        headings: Sequence of str.
        rows: List of sequences of what is printed under the headings.
        results: Iterable of dicts.
    """
    texts = [[str(cell) for cell in row] for row in [headings, *rows]]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip(), file=sys.stderr)
    for result in results:
        print(json.dumps(result), flush=True)
