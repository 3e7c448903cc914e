"""Cells that say that there is no number."""

_MISSING = {"", "?", "na", "n/a", "none", "null"}


def is_missing(cell: str) -> bool:
    """Returns whether a cell of a column of numbers says that there is none.

    Example:

    ```python
    is_missing("N/A"), is_missing("0")  # (True, False)
    ```
    """
    return cell.lower() in _MISSING
