"""Attention pair by pair in NumPy, for comparison."""

import numpy as np

SLOPES = {2: [1 / 16, 1 / 256], 4: [1 / 4, 1 / 16, 1 / 64, 1 / 256]}


def attention(layer, x, context=None, key_mask=None):
    """Returns in float64 what the `Attention` layer computes, NaN where undefined."""
    query, key, value = heads_by_hand(layer, x, context)
    if layer.positions == "rotary":
        query, key = _turned(layer, query), _turned(layer, key)
    attended = np.full(query.shape, np.nan)
    for b, i, h in np.ndindex(query.shape[:3]):
        group = h * key.shape[2] // layer.num_heads
        allowed = [j for j in range(key.shape[1]) if _allowed(layer, i, j)]
        if key_mask is not None:
            allowed = [j for j in allowed if key_mask[b, j]]
        if not allowed:
            continue
        scores = key[b, allowed, group] @ query[b, i, h] / np.sqrt(query.shape[-1])
        if layer.positions == "alibi":
            scores -= SLOPES[layer.num_heads][h] * np.abs(i - np.array(allowed))
        weights = np.exp(scores) / np.exp(scores).sum()
        attended[b, i, h] = weights @ value[b, allowed, group]
    attended = attended.reshape(*x.shape[:2], -1)
    return _dense(attended, _weights(layer)[-1 - layer.use_bias :])


def heads_by_hand(layer, x, context):
    """Returns queries `(B, T, H, P)`, keys and values `(B, S, K, P)`."""
    weights, step = _weights(layer), 1 + layer.use_bias
    num_heads = layer.num_heads
    key_heads = layer.num_key_value_heads or num_heads
    size = layer.head_size or x.shape[-1] // num_heads
    query = _dense(x, weights[:step])
    if context is None:
        query, key_value = np.split(query, [num_heads * size], axis=-1)
    else:
        key_value = _dense(context, weights[step : 2 * step])
    key, value = np.split(key_value, 2, axis=-1)
    return (
        query.reshape(*query.shape[:2], num_heads, size),
        key.reshape(*key.shape[:2], key_heads, size),
        value.reshape(*value.shape[:2], key_heads, size),
    )


def _turned(layer, x):
    """Multiplies complex numbers by exp(i m theta)."""
    half = x.shape[-1] // 2
    theta = layer.max_period ** (-np.arange(half) / half)
    angles = np.arange(x.shape[1])[:, None, None] * theta
    turned = (x[..., :half] + 1j * x[..., half:]) * np.exp(1j * angles)
    return np.concatenate([turned.real, turned.imag], axis=-1)


def _allowed(layer, i, j):
    in_window = layer.window is None or abs(i - j) < layer.window
    return in_window and (j <= i or not layer.is_causal)


def _weights(layer):
    return [weight.astype("float64") for weight in layer.get_weights()]


def _dense(x, weights):
    return x @ weights[0] + (weights[1] if len(weights) > 1 else 0)
