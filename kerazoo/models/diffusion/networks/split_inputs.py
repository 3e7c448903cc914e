"""The inputs of denoising networks, one by one."""

import typing

from kerazoo.layers.tensor import Tensor


def split_inputs(
    inputs: typing.Sequence[Tensor],
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Returns `(x, c_noise, labels)` of a list of two or three, labels None for two.

    Raises:
        ValueError: If there are neither two nor three.
    """
    if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
        raise ValueError(
            "The network must be called as `network([x, c_noise])` or "
            f"`network([x, c_noise, labels])`. Received: inputs={inputs}"
        )
    x, c_noise, *labels = inputs
    return x, c_noise, labels[0] if labels else None
