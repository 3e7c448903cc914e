"""What an export calls its answers about several targets."""

import re
from collections.abc import Sequence

_ODD = re.compile(r"[^A-Za-z0-9_.\-]+")


def output_names(target_names: Sequence[str]) -> list[str]:
    """Returns names of outputs for the names of targets, all different.

    Args:
        target_names: Any texts; what may not be in the name of an output becomes `_`.

    Example:

    ```python
    output_names(["NR-AR", "log P", "log_P"])  # ["NR-AR", "log_P", "log_P_2"]
    ```
    """
    found: list[str] = []
    for name in target_names:
        plain = _ODD.sub("_", name) or "_"
        unique, count = plain, 1
        while unique in found:
            count += 1
            unique = f"{plain}_{count}"
        found.append(unique)
    return found
