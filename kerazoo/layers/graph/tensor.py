"""What the hints of the graph layers call a tensor."""

import typing

# A tensor of any backend of Keras, or what becomes one: an array, nested lists.
Tensor = typing.Any
