"""Cross entropy of tokens, from hidden states, in little time and memory."""

import tensorflow as tf

from kerazoo.training.replica_model import num_replicas


def projected_cross_entropy(
    hidden: tf.Tensor,
    embeddings: tf.Tensor,
    targets: tf.Tensor,
    smoothing: float = 0.0,
) -> tf.Tensor:
    r"""Returns the smoothed cross entropy of the logits \(h E^T\).

    The same as `smoothed_cross_entropy(hidden @ embeddings.T, targets, smoothing)`, and
    the same gradient, \((p - (1 - \epsilon) 1_y - \epsilon / V) E\) by a hidden state.
    Half of the work of a small Transformer is here, on the N x V logits: they are read
    and written once for the loss and the gradient, by a function of its own that XLA
    compiles, and the products are in the precision of the hidden states. It has no
    second derivative.

    Args:
        hidden: float `(N, D)`.
        embeddings: float `(V, D)`.
        targets: int `(N,)`.
        smoothing: float. The share epsilon of all tokens alike.

    Returns:
        float32 `(N,)`.

    Example:

    ```python
    hidden, embeddings = np.ones((2, 16), "float32"), np.ones((100, 16), "float32")
    projected_cross_entropy(hidden, embeddings, np.array([3, 7]), 0.1)  # (2,)
    ```
    """
    # A variable would be one that the gradient does not know of.
    hidden, embeddings = map(tf.convert_to_tensor, (hidden, embeddings))
    targets = tf.cast(targets, tf.int32)
    # Its smallest gradients would be 0.
    dtype = tf.float32 if hidden.dtype == tf.float16 else hidden.dtype
    softmax = _compiled_softmax if num_replicas() == 1 else _softmax

    @tf.custom_gradient
    def losses(hidden, embeddings):
        h, e = tf.cast(hidden, dtype), tf.cast(embeddings, dtype)
        logits = tf.matmul(h, e, transpose_b=True)
        values, slopes = softmax(logits, targets, smoothing)

        def gradient(upstream):
            upstream = tf.cast(upstream, dtype)[:, tf.newaxis]
            by_hidden = tf.matmul(slopes, e) * upstream
            by_embeddings = tf.matmul(slopes, h * upstream, transpose_a=True)
            return (
                tf.cast(by_hidden, hidden.dtype),
                tf.cast(by_embeddings, embeddings.dtype),
            )

        return values, gradient

    return losses(hidden, embeddings)


def _softmax(logits, targets, smoothing):
    """Returns the losses and their derivatives by the logits."""
    size = logits.shape[-1]
    x = tf.cast(logits, tf.float32)
    norm = tf.reduce_logsumexp(x, axis=-1, keepdims=True)
    is_target = tf.range(size)[tf.newaxis] == targets[:, tf.newaxis]
    wanted = tf.cast(is_target, tf.float32) * (1 - smoothing) + smoothing / size
    losses = norm[:, 0] - tf.reduce_sum(x * wanted, axis=-1)
    return losses, tf.cast(tf.exp(x - norm) - wanted, logits.dtype)


_compiled_softmax = tf.function(_softmax, jit_compile=True, autograph=False)
