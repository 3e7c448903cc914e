"""Numbers as people read them."""

import typing


def short(number: typing.Any) -> float:
    """Returns a number to seven significant digits, as many as float32 has.

    Example:

    ```python
    short(np.float32(0.1))  # 0.1 and not 0.10000000149011612
    ```
    """
    return float(f"{number:.7g}")
