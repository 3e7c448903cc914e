"""The functions that samplers are given, as types."""

import typing

from kerazoo.layers.tensor import Tensor

# Of `(x, alpha, sigma, estimate)`: finds the clean images in x.
Denoise: typing.TypeAlias = typing.Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
# Of `(index, x)`: standard normal noise of x's shape for a step.
Noise: typing.TypeAlias = typing.Callable[[Tensor, Tensor], Tensor]
