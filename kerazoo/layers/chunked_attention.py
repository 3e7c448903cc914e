"""Self-attention that looks no farther ahead than the end of a chunk."""

import typing

import keras
from keras import ops

from kerazoo.layers.attention import Attention
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ChunkedAttention(Attention):
    """Lets every token attend to those of its own chunk and of chunks before.

    The mask of [Zhang et al., 2020](https://arxiv.org/abs/2012.05481), Section 2.2: a
    stack of such layers can be computed chunk by chunk, while a sequence goes on. A
    token waits for `chunk_size` - 1 others at most, through any number of layers.

    Args:
        num_heads: int. Number of query heads H.
        chunk_size: int. Tokens C of a chunk.
        left_chunks: int or None. Chunks before its own that a token attends to; None
            for all.
        **kwargs: Of `Attention`, but for `is_causal`, `window` and `positions="alibi"`.

    Call arguments:
        inputs: float `(B, T, D)`.
        key_mask: bool `(B, T)` or None, False for keys that none may attend to.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If an argument is out of its range, or as `Attention` does.

    Example:

    ```python
    layer = ChunkedAttention(num_heads=4, chunk_size=8, positions="rotary")
    layer(np.ones((2, 20, 32)))  # (2, 20, 32)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        chunk_size: int,
        left_chunks: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(num_heads, **kwargs)
        if chunk_size < 1:
            raise ValueError(
                f"`chunk_size` must be positive. Received: chunk_size={chunk_size}"
            )
        if left_chunks is not None and left_chunks < 0:
            raise ValueError(
                f"`left_chunks` must be 0 or more. Received: left_chunks={left_chunks}"
            )
        if self.is_causal or self.window is not None or self.positions == "alibi":
            raise ValueError(
                "Chunks go with no other order. Received: "
                f"is_causal={self.is_causal}, window={self.window}, "
                f"positions={self.positions!r}"
            )
        self.chunk_size = chunk_size
        self.left_chunks = left_chunks

    def start_stream(self, batch_size: Tensor | int) -> tuple[Tensor, Tensor]:
        """Returns what `stream` remembers before a sequence begins.

        Args:
            batch_size: int or int scalar. B.

        Returns:
            Pair of float `(B, left_chunks C, K, P)`, keys and values, all 0.

        Raises:
            ValueError: If the layer looks back without a limit, or is not built.
        """
        if self.left_chunks is None or not self.built:
            raise ValueError(
                "A stream needs a layer that is built, with `left_chunks`. Received: "
                f"left_chunks={self.left_chunks}, built={self.built}"
            )
        places = self.left_chunks * self.chunk_size
        shape = (batch_size, places, self._key_value_heads, self._head_size)
        dtype = self.compute_dtype
        return ops.zeros(shape, dtype), ops.zeros(shape, dtype)

    def stream(
        self, inputs: Tensor, cache: tuple[Tensor, Tensor], key_mask: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Attends within the next chunk and to those before.

        Args:
            inputs: float `(B, C, D)`, one chunk.
            cache: Of `start_stream`, or of the chunk before.
            key_mask: bool `(B, left_chunks C + C)`, False for those places of the cache
                that are before the sequence, and for padding of the inputs.

        Returns:
            The outputs, float `(B, C, D)`, and the next cache.
        """
        heads = self._heads(self.query_key_value, inputs)
        query, key, value = ops.split(
            heads, [self.num_heads, self.num_heads + self._key_value_heads], axis=2
        )
        past = cache[0].shape[1]
        key, value = (
            ops.concatenate([before, ops.cast(new, before.dtype)], axis=1)
            for before, new in zip(cache, (key, value))
        )
        cache = key[:, self.chunk_size :], value[:, self.chunk_size :]
        if self.positions == "rotary":
            # Only distances count: places begin anew with each chunk, and stay small.
            positions = ops.arange(past + self.chunk_size)
            query = self.rotary(query, positions[past:])
            key = self.rotary(key, positions)
        mask = ops.cast(key_mask, "bool")[:, None, None]
        return self._merge(self._attend(query, key, value, mask=mask)), cache

    def get_config(self):
        return {
            **super().get_config(),
            "chunk_size": self.chunk_size,
            "left_chunks": self.left_chunks,
        }

    def _attend_in_order(self, query, key, value, key_mask):
        positions = ops.arange(ops.shape(query)[1])
        order = self._order(positions, positions, key_mask)
        return self._attend(query, key, value, **order)

    def _order(self, query_positions, key_positions, key_mask):
        mask = chunk_mask(
            query_positions, key_positions, self.chunk_size, self.left_chunks
        )
        mask = mask[None, None]
        if key_mask is not None:
            mask = ops.logical_and(mask, key_mask[:, None, None])
        return {"mask": mask}


def chunk_mask(
    query_positions: Tensor,
    key_positions: Tensor,
    chunk_size: int,
    left_chunks: int | None = None,
) -> Tensor:
    """Lets each query attend to keys of its own chunk and of those before.

    Args:
        query_positions: int `(T,)`.
        key_positions: int `(S,)`.
        chunk_size: int. Positions of a chunk; the first begins at 0.
        left_chunks: int or None. At most so many chunks before; None for all.

    Returns:
        bool `(T, S)`, True where the query may attend.

    Example:

    ```python
    chunk_mask(np.array([0, 2]), np.arange(4), chunk_size=2)
    # [[True, True, False, False], [True, True, True, True]]
    ```
    """
    queries, keys = (
        ops.floor_divide(ops.convert_to_tensor(positions), chunk_size)
        for positions in (query_positions, key_positions)
    )
    distances = queries[:, None] - keys[None, :]
    mask = distances >= 0
    if left_chunks is not None:
        mask = ops.logical_and(mask, distances <= left_chunks)
    return mask
