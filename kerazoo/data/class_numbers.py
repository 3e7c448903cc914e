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


def numbers_of(
    given: typing.Sequence[str],
    num_classes: int,
    names: typing.Sequence[str] | None = None,
) -> list[int]:
    """Returns the numbers of classes that a person names.

    Args:
        given: Names, numbers from 0, or `"none"` for -1, no class in particular.
        num_classes: Number of classes.
        names: Their names, or None.

    Raises:
        ValueError: If one is none of these.

    Example:

    ```python
    numbers_of(["dog", "0", "none"], 2, ["cat", "dog"])  # [1, 0, -1]
    ```
    """
    numbers = {"none": -1, **class_numbers(num_classes, names)}
    for name in given:
        if name not in numbers:
            allowed = f"none or a number from 0 to {num_classes - 1}"
            if names:
                shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
                allowed += f" or a name of {shown}"
            raise ValueError(f"`label` must be {allowed}. Received: label={name}")
    return [numbers[name] for name in given]
