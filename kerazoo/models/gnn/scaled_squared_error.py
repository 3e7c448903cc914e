"""Squared error that does not depend on the unit of the targets."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ScaledSquaredError(keras.losses.Loss):
    r"""Squared error of each value in units of a scale, \(((y - \hat y) / s)^2\).

    With the standard deviation of the targets as scale it is about 1 at first, in any
    unit.

    Args:
        scale: s, in the unit of the targets.

    Call arguments:
        y_true: float `(B,)`, targets.
        y_pred: float `(B,)`, predictions.

    Returns:
        float `(B,)`, one value per example.

    Example:

    ```python
    ScaledSquaredError(2.0)(np.array([1.0, 3.0]), np.array([5.0, 3.0]))  # 2, the mean
    ```
    """

    def __init__(self, scale: float, reduction: str = "none", **kwargs: typing.Any):
        super().__init__(reduction=reduction, **kwargs)
        self.scale = scale

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.square((y_true - y_pred) / self.scale)

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "scale": self.scale}
