"""Losses of several targets, of which some are not known."""

import typing
from collections.abc import Sequence

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class KnownTargetsLoss(keras.losses.Loss):
    r"""Mean loss of the targets of an example that are known.

    \(\frac{1}{T s} \sum_t k_t \ell(y_t, \hat y_t)\), where \(k_t\) is 1 for a target
    that is known. With the share s of all targets that are, the mean over examples is
    about the mean over what is known, and it does not depend on how examples are put
    into batches.

    Args:
        share: s, from above 0 to 1.
        scales: Units of the T targets, for squared errors; None for the cross-entropy
            of questions of yes or no, 1 or 0.

    Call arguments:
        y_true: float `(B, T)`, NaN where not known.
        y_pred: float `(B, T)`, values or logits.

    Returns:
        float `(B,)`, one value per example.

    Example:

    ```python
    loss = KnownTargetsLoss(share=0.75, scales=[1.0, 2.0])
    loss(np.array([[1, 4], [0, np.nan]]), np.zeros((2, 2)))  # [5 / 1.5, 0]
    ```
    """

    def __init__(
        self,
        share: float = 1.0,
        scales: Sequence[float] | None = None,
        reduction: str = "none",
        **kwargs: typing.Any,
    ):
        super().__init__(reduction=reduction, **kwargs)
        self.share = share
        self.scales = None if scales is None else [float(scale) for scale in scales]

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        is_known = ops.logical_not(ops.isnan(y_true))
        targets = ops.where(is_known, y_true, ops.zeros_like(y_true))
        if self.scales is None:
            losses = ops.softplus(y_pred) - targets * y_pred
        else:
            scales = ops.convert_to_tensor(self.scales, dtype=y_pred.dtype)
            losses = ops.square((targets - y_pred) / scales)
        known = ops.cast(is_known, losses.dtype)
        return ops.mean(known * losses, axis=-1) / self.share

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "share": self.share, "scales": self.scales}
