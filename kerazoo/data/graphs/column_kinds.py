"""What kind of feature a column of a table becomes."""

import collections
import math
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.feature_column import CATEGORY
from kerazoo.data.graphs.feature_column import HASH
from kerazoo.data.graphs.feature_column import NUMBER
from kerazoo.data.graphs.feature_column import TEXT
from kerazoo.data.graphs.feature_column import FeatureColumn
from kerazoo.data.missing_cells import is_missing

MAX_BUCKETS = 1_024  # Features of one column that is hashed, at most.
_MAX_CATEGORIES = 100
_TEXT_BUCKETS = 512
_TEXT_WORDS = 3  # On average, or more, are sentences.


def fit_column(
    name: str, cells: Sequence[str], max_buckets: int = MAX_BUCKETS
) -> tuple[FeatureColumn | None, str]:
    """Returns the column and nothing, or None and why it is no feature.

    Args:
        name: Name of the column.
        cells: Its cells.
        max_buckets: Most features, if it is hashed.

    Example:

    ```python
    fit_column("team", ["red", "blue", "red"])[0].values  # ("blue", "red")
    fit_column("name", ["ann", "bob", "cy"])  # (None, "3 different texts")
    ```
    """
    filled = [cell for cell in cells if not is_missing(cell)]
    numbers = [cell for cell in filled if _is_number(cell)]
    if not filled:
        return None, "empty"
    if 2 * len(numbers) >= len(filled):  # Another cell is a mistake, to be named.
        mean = None
        if len(filled) < len(cells):
            finite = filter(math.isfinite, map(float, numbers))
            mean = float(np.mean(list(finite) or [0.0]))
        return FeatureColumn(name, NUMBER, mean=mean), ""
    counts = collections.Counter(cell for cell in cells if cell)
    if len(counts) == 1 and len(filled) == len(cells):
        return None, "one value"
    is_repeated = 2 * sum(n for n in counts.values() if n > 1) >= counts.total()
    if is_repeated and len(counts) <= _MAX_CATEGORIES:
        return FeatureColumn(name, CATEGORY, tuple(sorted(counts))), ""
    words = sum(n * len(cell.split()) for cell, n in counts.items())
    if words >= _TEXT_WORDS * counts.total():
        buckets = min(_TEXT_BUCKETS, max_buckets)
        return FeatureColumn(name, TEXT, buckets=buckets), ""
    if not is_repeated:
        return None, f"{len(counts)} different texts"
    # Twice as many as words or more, that few share one.
    buckets = min(2 ** math.ceil(math.log2(2 * len(counts))), max_buckets)
    return FeatureColumn(name, HASH, buckets=buckets), ""


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
