"""Spherical interpolation."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def slerp(first: Tensor, second: Tensor, weight: float | Tensor) -> Tensor:
    r"""Goes from one vector to another along the sphere.

    \(\frac{\sin((1 - w) \theta)}{\sin \theta} a + \frac{\sin(w \theta)}{\sin \theta}
    b\), with theta the angle between a and b: Equation 67 of
    [Song et al., 2021](https://arxiv.org/abs/2010.02502). Vectors along one line are
    averaged with the weights 1 - w and w.

    Args:
        first: float `(B, ...)`. Each example is one vector.
        second: float of the same shape.
        weight: float, a number or `(B,)`. 0 gives `first`, 1 gives `second`.

    Returns:
        float `(B, ...)`.

    Example:

    ```python
    slerp(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), 0.5)  # [[0.707, 0.707]]
    ```
    """
    first, second = ops.convert_to_tensor(first), ops.convert_to_tensor(second)
    column = (-1, *(1 for _ in first.shape[1:]))
    weight = ops.reshape(ops.cast(weight, first.dtype), column)
    axes = tuple(range(1, len(first.shape)))
    a = first / ops.sqrt(ops.sum(ops.square(first), axes, keepdims=True))
    b = second / ops.sqrt(ops.sum(ops.square(second), axes, keepdims=True))
    # The chords to b and to -b: exact where the cosine is near 1 or -1.
    near = ops.sqrt(ops.sum(ops.square(a - b), axes, keepdims=True))
    far = ops.sqrt(ops.sum(ops.square(a + b), axes, keepdims=True))
    theta = 2 * ops.arctan2(near, far)
    sine = ops.sin(theta)
    on_a_line = ops.abs(sine) < 1e-4
    sine = ops.where(on_a_line, 1, sine)
    left = ops.where(on_a_line, 1 - weight, ops.sin((1 - weight) * theta) / sine)
    right = ops.where(on_a_line, weight, ops.sin(weight * theta) / sine)
    return left * first + right * second
