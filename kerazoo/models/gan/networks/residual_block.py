"""The residual block of R3GAN's networks."""

import typing

import keras


@keras.saving.register_keras_serializable(package="kerazoo")
class ResidualBlock(keras.layers.Layer):
    r"""Adds to its inputs what a bottleneck of three convolutions makes of them.

    \(x + W_3 \, a(W_2 * a(W_1 x))\) with 1x1, 3x3 (in groups) and 1x1 convolutions and
    a leaky ReLU of slope 0.2, without normalisation
    ([Huang et al., 2024](https://arxiv.org/abs/2501.05441), Section 3.3 and Figure 5).
    As in [Zhang et al., 2019](https://arxiv.org/abs/1901.09321), Section 3, the last
    convolution begins at zero and the others are scaled by \(L^{-1/4}\) for L blocks.

    Args:
        expansion: float. Channels within as a multiple of those of the inputs.
        groups: int. Groups of the 3x3 convolution.
        depth: int. Blocks L of the whole network.

    Call arguments:
        inputs: float `(B, H, W, C)`.

    Returns:
        float `(B, H, W, C)`.

    Raises:
        ValueError: If the channels within are no multiple of `groups`.

    Example:

    ```python
    ResidualBlock(depth=4)(np.ones((2, 8, 8, 32)))  # (2, 8, 8, 32)
    ```
    """

    def __init__(
        self,
        expansion: float = 1.0,
        groups: int = 1,
        depth: int = 1,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.expansion = expansion
        self.groups = groups
        self.depth = depth

    def build(self, inputs_shape):
        channels = inputs_shape[-1]
        inner = round(channels * self.expansion)
        if inner % self.groups:
            raise ValueError(
                "The channels within must be a multiple of `groups`. "
                f"Received: channels={inner}, groups={self.groups}"
            )

        def scaled():
            return keras.initializers.VarianceScaling(2 / self.depth**0.5)

        options = {"padding": "same", "dtype": self.dtype_policy}
        self.convolutions = [
            keras.layers.Conv2D(inner, 1, kernel_initializer=scaled(), **options),
            keras.layers.Conv2D(
                inner, 3, groups=self.groups, kernel_initializer=scaled(), **options
            ),
            keras.layers.Conv2D(
                channels, 1, kernel_initializer="zeros", use_bias=False, **options
            ),
        ]
        for convolution, size in zip(
            self.convolutions, (channels, inner, inner), strict=True
        ):
            convolution.build((*inputs_shape[:-1], size))

    def call(self, inputs):
        first, second, third = self.convolutions
        x = keras.ops.leaky_relu(first(inputs), 0.2)
        x = keras.ops.leaky_relu(second(x), 0.2)
        return inputs + third(x)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "expansion": self.expansion,
            "groups": self.groups,
            "depth": self.depth,
        }
