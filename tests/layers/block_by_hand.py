"""The blocks of a Transformer in NumPy, for comparison."""

import numpy as np

from tests.layers.attention_by_hand import attention


def transformer_block(block, x, key_mask=None, memory=None, memory_mask=None):
    """Returns what an encoder's or decoder's block computes, NaN where undefined."""

    def attend(x):
        return attention(block.self_attention, x, key_mask=key_mask)

    def attend_to_memory(x):
        return attention(block.cross_attention, x, memory, memory_mask)

    def feed(x):
        return _feed_forward(block, x)

    sublayers = [(block.self_attention_norm, attend), (block.feed_forward_norm, feed)]
    if memory is not None:
        sublayers.insert(1, (block.cross_attention_norm, attend_to_memory))
    for norm, sublayer in sublayers:
        if block.norm_first:
            x = x + sublayer(_norm(block, norm, x))
        else:
            x = _norm(block, norm, x + sublayer(x))
    return x


def _norm(block, norm, x):
    scale, *shift = norm.get_weights()
    if block.norm == "layer":
        x = x - x.mean(-1, keepdims=True)
    squares = np.square(x).mean(-1, keepdims=True)
    return x / np.sqrt(squares + block.epsilon) * scale + (shift[0] if shift else 0)


def _feed_forward(block, x):
    weights = block.feed_forward.get_weights()
    if not block.use_bias:
        weights = [weights[0], 0, weights[1], 0]
    hidden = x @ weights[0] + weights[1]
    if block.activation == "swiglu":
        gate, hidden = np.split(hidden, 2, axis=-1)
        hidden = gate / (1 + np.exp(-gate)) * hidden
    else:
        hidden = np.maximum(hidden, 0)
    return hidden @ weights[2] + weights[3]
