"""Names of classes, of people who name them."""

import typing


def class_numbers(
    num_classes: int, names: typing.Sequence[str] | None = None
) -> dict[str, int]:
    """Returns the number of each class by its name and by its number.

    Args:
        num_classes: Number of classes.
        names: Their names, or None.

    Example:

    ```python
    class_numbers(2, ["cat", "dog"])  # {"0": 0, "1": 1, "cat": 0, "dog": 1}
    ```
    """
    numbers = {str(i): i for i in range(num_classes)}
    return numbers | {name: i for i, name in enumerate(names or [])}
