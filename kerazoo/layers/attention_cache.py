"""Keys and values of earlier tokens, place by place."""

from keras import ops

from kerazoo.layers.in_place import with_columns
from kerazoo.layers.in_place import writes_in_place
from kerazoo.layers.tensor import Tensor


def written(cache: Tensor, new: Tensor, place: Tensor | int) -> Tensor:
    """Returns a cache with the keys, or values, of more tokens.

    Args:
        cache: float `(B, K, N, P)`. TensorFlow writes into its memory where nothing
            else needs it any more, as in a loop.
        new: float `(B, T, K, P)`.
        place: int or int32 scalar. Place of the first of the T tokens.

    Returns:
        float `(B, K, N, P)`.

    Example:

    ```python
    cache = ops.zeros((2, 4, 10, 8))
    written(cache, ops.ones((2, 1, 4, 8)), place=3)[:, :, 3]  # Ones.
    ```
    """
    new = ops.cast(ops.transpose(new, (0, 2, 1, 3)), cache.dtype)
    heads, places, size = cache.shape[1:]
    if writes_in_place():
        flat = with_columns(
            ops.reshape(cache, (-1, places * size)),
            ops.reshape(new, (-1, ops.shape(new)[2] * size)),
            ops.convert_to_tensor(place, "int32") * size,
        )
        return ops.reshape(flat, (-1, heads, places, size))
    # A scatter of rows: `slice_update` of 16-bit numbers is slow on TensorFlow's CPU.
    starts = ops.arange(ops.shape(new)[0] * heads) * places + place
    indices = ops.reshape(starts[:, None] + ops.arange(ops.shape(new)[2]), (-1, 1))
    flat = ops.scatter_update(
        ops.reshape(cache, (-1, size)), indices, ops.reshape(new, (-1, size))
    )
    return ops.reshape(flat, (-1, heads, places, size))


def spread(cache: Tensor, beams: int) -> Tensor:
    """Makes room for beams: a place for each of them at every position.

    Args:
        cache: float `(B, K, N, P)`.
        beams: int W.

    Returns:
        float `(B, K, N * W, P)`. Place `n * W` is what place n was; the others are 0.

    Example:

    ```python
    spread(ops.ones((2, 4, 10, 8)), beams=5)  # (2, 4, 50, 8)
    ```
    """
    heads, places, size = cache.shape[1:]
    padded = ops.pad(cache[:, :, :, None], [[0, 0]] * 3 + [[0, beams - 1], [0, 0]])
    return ops.reshape(padded, (-1, heads, places * beams, size))


def path_mask(paths: Tensor) -> Tensor:
    """Lets each beam attend to its own path through the places of all beams.

    Args:
        paths: int32 `(B, W, N)`. Which of the W beams of a row was, at each position,
            the one that this beam has come from.

    Returns:
        bool `(B, W, N * W)`, over the places of `spread`.

    Example:

    ```python
    path_mask(np.array([[[0, 0], [0, 1]]]))[0, 1]  # [True, False, False, True]
    ```
    """
    beams, positions = paths.shape[1:]
    is_on_path = ops.equal(paths[..., None], ops.arange(beams, dtype="int32"))
    return ops.reshape(is_on_path, (-1, beams, positions * beams))
