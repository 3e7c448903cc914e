"""Layer normalization whose scale and shift come from a condition."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class AdaptiveLayerNormalization(keras.layers.Layer):
    r"""Normalizes features, then scales and shifts them by a condition.

    Computes \(\mathrm{norm}(x) \cdot (1 + \gamma(c)) + \beta(c)\) with gamma and beta
    linear in c, the adaLN block of
    [Peebles & Xie, 2023](https://arxiv.org/abs/2212.09748), Section 3.2. The linear map
    starts at zero, so an untrained layer is plain layer normalization. With `gated` it
    also gives alpha(c), zero at first, for the residual branch after it: adaLN-zero.

    Args:
        gated: bool. Returns the pair of outputs and gate.
        epsilon: float. Added to the variance.

    Call arguments:
        inputs: float `(B, ..., C)`.
        condition: float `(B, D)`, for example an activated embedding of noise level and
            class.

    Returns:
        float `(B, ..., C)`; with `gated=True` also the gate, float `(B, 1, ..., C)`.

    Raises:
        ValueError: If `condition` does not have rank 2.

    Example:

    ```python
    norm = AdaptiveLayerNormalization(gated=True)
    outputs, gate = norm(np.ones((2, 16, 32)), np.ones((2, 8)))
    # outputs (2, 16, 32), gate (2, 1, 32)
    ```
    """

    def __init__(
        self, gated: bool = False, epsilon: float = 1e-6, **kwargs: typing.Any
    ):
        super().__init__(**kwargs)
        self.gated = gated
        self.epsilon = epsilon
        self.supports_masking = True

    def build(self, inputs_shape, condition_shape):
        if len(condition_shape) != 2:
            raise ValueError(
                "`condition` must have shape (batch, features). "
                f"Received: condition.shape={tuple(condition_shape)}"
            )
        self.projection = keras.layers.Dense(
            (3 if self.gated else 2) * inputs_shape[-1],
            kernel_initializer="zeros",
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build(condition_shape)

    def call(self, inputs: Tensor, condition: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        modulation = self.projection(condition)
        ones = (1,) * (len(inputs.shape) - 2)
        modulation = ops.reshape(modulation, (-1, *ones, modulation.shape[-1]))
        parts = 3 if self.gated else 2
        scale, shift, *gate = ops.split(modulation, parts, axis=-1)  # (B, 1.., C)
        outputs = ops.layer_normalization(inputs, axis=-1, epsilon=self.epsilon)
        outputs = outputs * (1 + scale) + shift
        return (outputs, gate[0]) if self.gated else outputs

    def compute_output_shape(self, inputs_shape, condition_shape=None):
        shape = tuple(inputs_shape)
        if not self.gated:
            return shape
        return shape, (shape[0], *(1,) * (len(shape) - 2), shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "gated": self.gated,
            "epsilon": self.epsilon,
        }
