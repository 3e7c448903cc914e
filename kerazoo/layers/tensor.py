"""The type of what layers take and return, for type hints."""

import typing

Tensor: typing.TypeAlias = typing.Any  # Of any backend of Keras, or a NumPy array.
