"""Cross entropy with label smoothing, of labels that are numbers."""

from keras import ops

from kerazoo.layers.tensor import Tensor


def smoothed_cross_entropy(
    logits: Tensor, labels: Tensor, smoothing: float = 0.0
) -> Tensor:
    r"""Returns \(-(1 - \epsilon) \log p_y - \frac{\epsilon}{K} \sum_k \log p_k\).

    Label smoothing of [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), Section
    7, without a one-hot matrix.

    Args:
        logits: float `(..., K)`.
        labels: int `(...)`.
        smoothing: float. Epsilon, the share of all classes alike.

    Returns:
        float32 `(...)`.

    Example:

    ```python
    smoothed_cross_entropy(np.zeros((2, 10)), np.array([3, 7]), 0.1)  # (2,)
    ```
    """
    logits = ops.cast(logits, "float32")
    labels = ops.cast(labels, "int32")[..., None]
    chosen = ops.take_along_axis(logits, labels, axis=-1)[..., 0]
    losses = ops.logsumexp(logits, axis=-1) - (1 - smoothing) * chosen
    return losses - smoothing * ops.mean(logits, axis=-1) if smoothing else losses
