"""How far apart the ends of edges are in space, and in which direction."""

from keras import ops

from kerazoo.layers.tensor import Tensor

_FAR = 1e6  # Beyond any cutoff.


def edge_vectors(
    positions: Tensor, source: Tensor, target: Tensor
) -> tuple[Tensor, Tensor]:
    """Returns the lengths and the directions of edges between points.

    An edge between two points at the same place, such as of a node to itself, has no
    direction: it counts as a million long, so that a cutoff leaves it out. Both have
    finite gradients everywhere.

    Args:
        positions: float `(N, 3)`.
        source, target: int `(E,)`. Ends of the edges.

    Returns:
        float `(E,)`, lengths, and float `(E, 3)`, unit vectors from target to source;
        0 where there is none.

    Example:

    ```python
    positions = keras.ops.array([[0.0, 0.0, 0.0], [0.0, 3.0, 4.0]])
    edge_vectors(positions, np.array([1, 0]), np.array([0, 0]))
    # [5, 1e6], [[0, 0.6, 0.8], [0, 0, 0]]
    ```
    """
    vectors = ops.take(positions, source, axis=0) - ops.take(positions, target, axis=0)
    squared = ops.sum(ops.square(vectors), axis=-1)
    # A root of 0 would have an infinite gradient, also where it is left out later.
    lengths = ops.sqrt(ops.where(squared > 0, squared, _FAR**2))
    return lengths, vectors / ops.expand_dims(lengths, -1)
