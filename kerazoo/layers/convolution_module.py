"""Gated convolution over the tokens of a sequence."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.masked_batch_normalization import MaskedBatchNormalization
from kerazoo.layers.layer_normalization import LayerNormalization
from kerazoo.layers.tensor import Tensor

NORMS = ("layer", "batch")


@keras.saving.register_keras_serializable(package="kerazoo")
class ConvolutionModule(keras.layers.Layer):
    r"""Mixes neighbouring tokens, each feature on its own, between linear maps.

    Section 2.2 of [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), without its
    first normalisation and its dropout: a linear map to twice the features, a gated
    linear unit, a depthwise convolution, a normalisation, SiLU and a linear map. Tokens
    of padding count as 0 in the convolution, as those beyond the ends do.

    Args:
        kernel_size: int. Tokens of the convolution, odd unless it is causal.
        norm: "layer", of each token; or "batch", of each feature over the tokens of all
            replicas, those of padding left out; their batches must be of one length.
        is_causal: bool. Whether the convolution sees no token after its own.
        epsilon: float. Added to the variance by the normalisation.

    Call arguments:
        inputs: float `(B, T, D)`.
        token_mask: bool `(B, T)` or None, False for padding.
        training: bool or None.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    layer = ConvolutionModule(kernel_size=5)
    layer(np.ones((2, 10, 32)), token_mask=np.arange(10) < [[7], [10]])  # (2, 10, 32)
    ```
    """

    def __init__(
        self,
        kernel_size: int = 31,
        norm: str = "layer",
        is_causal: bool = False,
        epsilon: float = 1e-5,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if kernel_size < 1 or not (is_causal or kernel_size % 2):
            raise ValueError(
                "`kernel_size` must be positive, and odd unless `is_causal`. "
                f"Received: kernel_size={kernel_size}"
            )
        if norm not in NORMS:
            raise ValueError(
                f"`norm` must be one of {list(NORMS)}. Received: norm={norm!r}"
            )
        self.kernel_size = kernel_size
        self.norm = norm
        self.is_causal = is_causal
        self.epsilon = epsilon

    def build(self, inputs_shape):
        size = inputs_shape[-1]
        # Glorot's bounds of each of the two matrices that stand side by side.
        initializer = keras.initializers.VarianceScaling(1.0, "fan_in", "uniform")
        self.gated = keras.layers.Dense(
            2 * size,
            kernel_initializer=initializer,
            dtype=self.dtype_policy,
            name="gated",
        )
        self.gated.build(inputs_shape)
        bound = self.kernel_size**-0.5
        self.kernel = self.add_weight(
            shape=(self.kernel_size, size),
            initializer=keras.initializers.RandomUniform(-bound, bound),
            name="kernel",
        )
        if self.norm == "layer":
            self.normalization = LayerNormalization(
                self.epsilon, dtype=self.dtype_policy, name="normalization"
            )
        else:
            self.normalization = MaskedBatchNormalization(
                epsilon=self.epsilon,
                synchronized=keras.backend.backend() == "tensorflow",
                dtype=self.dtype_policy,
                name="normalization",
            )
        self.normalization.build((None, size))
        self.projection = keras.layers.Dense(
            size, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build(inputs_shape)

    def call(
        self,
        inputs: Tensor,
        token_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        x = self._gated(inputs, token_mask)
        before = self.kernel_size - 1
        after = 0 if self.is_causal else before // 2
        x = ops.pad(x, ((0, 0), (before - after, after), (0, 0)))
        return self._finished(self._convolved(x), token_mask, training)

    def start_stream(self, batch_size: Tensor | int) -> Tensor:
        """Returns what `stream` remembers before a sequence begins.

        Args:
            batch_size: int or int scalar. B.

        Returns:
            float `(B, kernel_size - 1, D)`, all 0.

        Raises:
            ValueError: If the layer is not causal, or not built.
        """
        if not (self.is_causal and self.built):
            raise ValueError(
                "A stream needs a causal layer that is built. Received: "
                f"is_causal={self.is_causal}, built={self.built}"
            )
        shape = (batch_size, self.kernel_size - 1, self.kernel.shape[1])
        return ops.zeros(shape, self.compute_dtype)

    def stream(
        self, inputs: Tensor, cache: Tensor, token_mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Computes the next tokens of a sequence.

        Args:
            inputs: float `(B, T, D)`.
            cache: Of `start_stream`, or of the tokens before.
            token_mask: bool `(B, T)` or None, False for padding.

        Returns:
            The outputs, float `(B, T, D)`, and the next cache.
        """
        x = self._gated(inputs, token_mask)
        x = ops.concatenate([ops.cast(cache, x.dtype), x], axis=1)
        cache = x[:, ops.shape(inputs)[1] :]
        return self._finished(self._convolved(x), token_mask, False), cache

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "norm": self.norm,
            "is_causal": self.is_causal,
            "epsilon": self.epsilon,
        }

    def _gated(self, inputs, token_mask):
        values, gates = ops.split(self.gated(inputs), 2, axis=-1)
        x = values * ops.sigmoid(gates)
        if token_mask is None:
            return x
        is_token = ops.cast(token_mask, "bool")[..., None]
        return ops.where(is_token, x, ops.zeros_like(x))

    def _finished(self, x, token_mask, training):
        if self.norm == "layer":
            x = self.normalization(x)
        else:
            shape, rows = ops.shape(x), None
            if token_mask is not None:
                rows = ops.reshape(ops.cast(token_mask, "bool"), (-1,))
            x = ops.reshape(x, (-1, x.shape[-1]))
            x = self.normalization(x, training=training, mask=rows)
            x = ops.reshape(x, shape)
        return self.projection(ops.silu(x))

    def _convolved(self, x):
        kernel = ops.cast(self.kernel, x.dtype)[..., None]  # (K, D, 1)
        return ops.depthwise_conv(x, kernel, data_format="channels_last")
