"""How images shrink to the small maps that networks begin or end with."""


def halvings(image_shape: tuple[int, ...]) -> int:
    """Returns how often images can be halved while both sides are even and at least 6.

    Args:
        image_shape: `(H, W, C)`.

    Raises:
        ValueError: If they cannot be halved once, or the shape is another one.

    Example:

    ```python
    halvings((28, 28, 1))  # 2: 28, 14, 7.
    halvings((32, 32, 3))  # 3: 32, 16, 8, 4.
    ```
    """
    if len(image_shape) != 3 or None in image_shape[:2]:
        raise ValueError(
            "Expected a shape (H, W, C) of images. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    height, width = image_shape[:2]
    count = 0
    while not (height % 2 or width % 2) and min(height, width) >= 6:
        height, width, count = height // 2, width // 2, count + 1
    if not count:
        raise ValueError(
            "Images must have even sides of at least 6 pixels. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return count


def rounded_halves(image_shape: tuple[int, ...], count: int) -> list[tuple[int, int]]:
    """Returns the sides of images and of their halves, rounded up.

    Args:
        image_shape: `(H, W, C)`.
        count: int. How often to halve.

    Returns:
        List of `count + 1` pairs `(height, width)`.

    Raises:
        ValueError: If the sides are shorter than `2**count`, or the shape is another
            one.

    Example:

    ```python
    rounded_halves((28, 28, 3), 3)  # [(28, 28), (14, 14), (7, 7), (4, 4)]
    ```
    """
    if (
        len(image_shape) != 3
        or None in image_shape[:2]
        or min(image_shape[:2]) < 2**count
    ):
        raise ValueError(
            f"Expected a shape (H, W, C) of images with sides of at least {2**count}. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    height, width = image_shape[:2]
    sizes = [(height, width)]
    for _ in range(count):
        height, width = sizes[-1]
        sizes.append((-(-height // 2), -(-width // 2)))
    return sizes
