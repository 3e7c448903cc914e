"""Residual block of a U-Net, conditioned on the noise level."""

import typing

import keras
from keras import ops

from kerazoo.layers.group_normalization import GroupNormalization
from kerazoo.models.diffusion.networks.convolution import convolution


@keras.saving.register_keras_serializable(package="kerazoo")
class ResidualBlock(keras.layers.Layer):
    r"""Adds two normalized convolutions to its inputs, with an embedding in between.

    Computes \(h = \mathrm{conv}(\mathrm{silu}(\mathrm{norm}(x))) + W e\) and
    \(s(x) + \mathrm{conv}_0(\mathrm{dropout}(\mathrm{silu}(\mathrm{norm}(h))))\), the
    block of [Ho et al., 2020](https://arxiv.org/abs/2006.11239), Appendix B, with group
    normalization and a second convolution that starts at zero. The shortcut s is a
    convolution of kernel size 1 where the number of channels changes, else the
    identity.

    Args:
        channels: int. Channels of the outputs.
        rank: 1, 2 or 3. Number of spatial dimensions.
        kernel_size: int or tuple of `rank` ints. Kernel of the two convolutions.
        groups: int. Groups of the normalizations.
        dropout: float in [0, 1). Dropout rate before the second convolution.
        seed: int or None. Seed of the dropout.

    Call arguments:
        inputs: float `(B, ..., C)` with `rank` spatial dimensions.
        embedding: float `(B, D)`, activated already.

    Returns:
        float `(B, ..., channels)`.

    Raises:
        ValueError: If the channels of inputs or outputs are no multiples of `groups`.

    Example:

    ```python
    block = ResidualBlock(64, rank=2)
    block(np.ones((2, 8, 8, 32)), np.ones((2, 128)))  # (2, 8, 8, 64)
    ```
    """

    def __init__(
        self,
        channels: int,
        rank: int = 2,
        kernel_size: int | tuple[int, ...] = 3,
        groups: int = 8,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.channels = channels
        self.rank = rank
        self.kernel_size = kernel_size
        self.groups = groups
        self.dropout = dropout
        self.seed = seed

    def build(self, inputs_shape, embedding_shape):
        hidden_shape = (*inputs_shape[:-1], self.channels)
        self.input_norm = self._norm("input_norm", inputs_shape)
        self.input_conv = self._conv("input_conv", inputs_shape, self.kernel_size)
        self.embedding_dense = keras.layers.Dense(
            self.channels, dtype=self.dtype_policy, name="embedding_dense"
        )
        self.embedding_dense.build(embedding_shape)
        self.output_norm = self._norm("output_norm", hidden_shape)
        self.output_dropout = keras.layers.Dropout(
            self.dropout, seed=self.seed, dtype=self.dtype_policy
        )
        self.output_conv = self._conv(
            "output_conv", hidden_shape, self.kernel_size, kernel_initializer="zeros"
        )
        self.shortcut = None
        if inputs_shape[-1] != self.channels:
            self.shortcut = self._conv("shortcut", inputs_shape, 1)

    def call(self, inputs, embedding, training=None):
        hidden = self.input_conv(self.input_norm(inputs))
        ones = (1,) * self.rank
        shift = ops.reshape(self.embedding_dense(embedding), (-1, *ones, self.channels))
        hidden = self.output_norm(hidden + shift)
        hidden = self.output_conv(self.output_dropout(hidden, training=training))
        return hidden + (self.shortcut(inputs) if self.shortcut else inputs)

    def compute_output_shape(self, inputs_shape, embedding_shape=None):
        return (*inputs_shape[:-1], self.channels)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "rank": self.rank,
            "kernel_size": self.kernel_size,
            "groups": self.groups,
            "dropout": self.dropout,
            "seed": self.seed,
        }

    def _norm(self, name, shape):
        norm = GroupNormalization(
            self.groups, activation="silu", dtype=self.dtype_policy, name=name
        )
        norm.build(shape)
        return norm

    def _conv(self, name, shape, kernel_size, **kwargs):
        conv = convolution(
            self.rank,
            self.channels,
            kernel_size,
            dtype=self.dtype_policy,
            name=name,
            **kwargs,
        )
        conv.build(shape)
        return conv
