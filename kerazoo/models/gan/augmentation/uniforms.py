"""Uniform numbers, and what augmentations make of them."""

import math
import typing

from keras import ops

from kerazoo.layers.tensor import Tensor

# Farthest from 0 that 2 u - 1 may be, where the normal quantile is still finite.
_MOST = 1 - 2**-23


def split_uniforms(
    uniforms: Tensor, sizes: typing.Sequence[int]
) -> list[tuple[Tensor, Tensor]]:
    """Splits the numbers of a batch among its transformations.

    A transformation takes one number that says whether it is applied, and then `size`
    numbers that say how.

    Args:
        uniforms: float `(B, U)` in [0, 1).
        sizes: list of int, whose sum with their number is U.

    Returns:
        List of pairs: float `(B,)` and float `(B, size)`.

    Raises:
        ValueError: If `uniforms` has another shape.

    Example:

    ```python
    (gate, values), _ = split_uniforms(np.zeros((4, 5)), [2, 1])  # (4,), (4, 2)
    ```
    """
    count = len(sizes) + sum(sizes)
    if len(uniforms.shape) != 2 or uniforms.shape[1] != count:
        raise ValueError(
            f"`uniforms` must have shape (batch, {count}). "
            f"Received: uniforms.shape={tuple(uniforms.shape)}"
        )
    parts, start = [], 0
    for size in sizes:
        end = start + 1 + size
        parts.append((uniforms[:, start], uniforms[:, start + 1 : end]))
        start = end
    return parts


def integers(uniforms: Tensor, count: int) -> Tensor:
    """Returns int32 in [0, count) of uniform numbers, all equally likely."""
    # The product of the largest number below 1 may round to `count`.
    return ops.minimum(ops.cast(ops.floor(uniforms * count), "int32"), count - 1)


def normals(uniforms: Tensor) -> Tensor:
    r"""Returns standard normal numbers, the quantiles of uniform ones, within ±5.3."""
    centered = ops.clip(2 * uniforms - 1, -_MOST, _MOST)
    return math.sqrt(2) * ops.erfinv(centered)
