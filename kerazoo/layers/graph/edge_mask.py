"""How much of each edge's message passes, in all layers at once."""

import contextlib
import contextvars
from collections.abc import Iterator

from keras import ops

from kerazoo.layers.tensor import Tensor

_mask: contextvars.ContextVar[Tensor | None] = contextvars.ContextVar(
    "mask", default=None
)


@contextlib.contextmanager
def edge_mask(mask: Tensor) -> Iterator[None]:
    """Multiplies the messages of all graph layers that are called within.

    Normalization and attention stay those of all edges, as in
    [Ying et al., 2019](https://arxiv.org/abs/1903.03894). Gradients by the mask say how
    much each edge matters. Messages of a node to itself, where a layer adds them, pass.

    Args:
        mask: float `(E,)`, 0 for messages that do not pass.

    Example:

    ```python
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer = GCNConv(4, normalize=False, use_bias=False)
    with edge_mask(np.array([1.0, 0.0, 0.0], "float32")):
        outputs = layer(np.ones((3, 8), "float32"), source, target)
    keras.ops.any(outputs != 0, axis=1)  # [False, True, False]
    ```
    """
    token = _mask.set(mask)
    try:
        yield
    finally:
        _mask.reset(token)


def masked(messages: Tensor) -> Tensor:
    """Returns messages `(E, ...)`, or `(E + N, ...)` with self-loops behind, masked."""
    mask = _mask.get()
    if mask is None:
        return messages
    loops = ops.shape(messages)[0] - ops.shape(mask)[0]
    mask = ops.concatenate([mask, ops.ones((loops,), mask.dtype)])
    shape = (-1,) + (1,) * (len(messages.shape) - 1)
    return messages * ops.cast(ops.reshape(mask, shape), messages.dtype)


def masked_weights(weights: Tensor | None, edges: Tensor) -> Tensor | None:
    """Returns the weights of edges, masked; None for ones without a mask.

    Args:
        weights: float `(E,)` or None for ones.
        edges: A tensor of as many rows.
    """
    if _mask.get() is None:
        return weights
    if weights is None:
        weights = ops.ones(ops.shape(edges), "float32")
    return masked(ops.convert_to_tensor(weights))
