"""Numbers with the digits that mean something."""

import math
import typing

_DIGITS = 7  # Of a float32.


def rounded(value: typing.Any) -> typing.Any:
    """Returns a result with floats of seven significant digits.

    Args:
        value: What JSON can hold.

    Example:

    ```python
    rounded({"fid": 12.345678901, "steps": 3})  # {"fid": 12.34568, "steps": 3}
    ```
    """
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{_DIGITS}g}")
    return value
