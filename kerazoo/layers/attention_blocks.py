"""Blocks of tokens, for attention within a window."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def query_blocks(x: Tensor, window: int) -> Tensor:
    """Cuts tokens into blocks of a window.

    Args:
        x: Tensor `(B, T, ...)`.
        window: int. Tokens w of a block.

    Returns:
        Tensor `(B * n, w, ...)` of n = ceil(T / w) blocks, the last one filled with
        zeros.
    """
    missing = -ops.shape(x)[1] % window
    return ops.reshape(_padded(x, 0, missing), (-1, window, *x.shape[2:]))


def key_blocks(x: Tensor, window: int, is_causal: bool) -> Tensor:
    """Cuts tokens into blocks of a window, each with the blocks next to it.

    Args:
        x: Tensor `(B, T, ...)`.
        window: int. Tokens w of a block.
        is_causal: bool. Leaves out the block after.

    Returns:
        Tensor `(B * n, 2 * w, ...)`, or `3 * w` if not causal, of n = ceil(T / w)
        blocks; zeros before the first token and after the last.
    """
    missing = -ops.shape(x)[1] % window
    after = 0 if is_causal else window
    x, size = _padded(x, window, missing + after), x.shape[2:]
    total, width = ops.shape(x)[1] // window, 2 if is_causal else 3
    x = ops.reshape(x, (-1, total, window, *size))
    parts = [x[:, first : total - width + 1 + first] for first in range(width)]
    return ops.reshape(ops.concatenate(parts, axis=2), (-1, width * window, *size))


def merge_blocks(blocks: Tensor, length: Tensor | int) -> Tensor:
    """Undoes `query_blocks`.

    Args:
        blocks: Tensor `(B * n, w, ...)`.
        length: int or int32 scalar. T.

    Returns:
        Tensor `(B, T, ...)`.
    """
    window, size = blocks.shape[1], blocks.shape[2:]
    tokens = length + -length % window
    return ops.reshape(blocks, (-1, tokens, *size))[:, :length]


def _padded(x, before, after):
    """Adds tokens of zeros before and after `(B, T, ...)`."""
    batch, size = ops.shape(x)[0], x.shape[2:]

    def zeros(tokens):
        # Whether a tensor of a graph is 0 is not known.
        is_none = isinstance(tokens, int) and tokens == 0
        return [] if is_none else [ops.zeros((batch, tokens, *size), x.dtype)]

    return ops.concatenate([*zeros(before), x, *zeros(after)], axis=1)
