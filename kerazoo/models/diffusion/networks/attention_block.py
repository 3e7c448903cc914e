"""Self-attention over the positions of an image, sound or video."""

import typing

import keras
from keras import ops

from kerazoo.layers.attention import Attention
from kerazoo.layers.group_normalization import GroupNormalization


@keras.saving.register_keras_serializable(package="kerazoo")
class AttentionBlock(keras.layers.Layer):
    r"""Adds what each position finds by attending to all positions.

    Computes \(x + \mathrm{attention}(\mathrm{norm}(x))\) with group normalization, the
    attention of [Ho et al., 2020](https://arxiv.org/abs/2006.11239), Appendix B, with
    several heads. The last map starts at zero, so the untrained block is the identity.

    Args:
        head_size: int. Channels of each head, a divisor of the channels.
        groups: int. Groups of the normalization.

    Call arguments:
        inputs: float `(B, ..., C)`.

    Returns:
        float `(B, ..., C)`.

    Raises:
        ValueError: If C is not a multiple of `head_size` and of `groups`.

    Example:

    ```python
    AttentionBlock(head_size=8)(np.ones((2, 4, 4, 32)))  # (2, 4, 4, 32)
    ```
    """

    def __init__(self, head_size: int = 8, groups: int = 8, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.head_size = head_size
        self.groups = groups

    def build(self, inputs_shape):
        channels = inputs_shape[-1]
        if channels % self.head_size:
            raise ValueError(
                "The channels must be a multiple of `head_size`. "
                f"Received: channels={channels}, head_size={self.head_size}"
            )
        self.norm = GroupNormalization(
            self.groups, dtype=self.dtype_policy, name="norm"
        )
        self.norm.build(inputs_shape)
        self.attention = Attention(
            channels // self.head_size,
            output_initializer="zeros",
            dtype=self.dtype_policy,
            name="attention",
        )
        self.attention.build((inputs_shape[0], None, channels))

    def call(self, inputs):
        shape = ops.shape(inputs)
        tokens = ops.reshape(self.norm(inputs), (shape[0], -1, shape[-1]))
        return inputs + ops.reshape(self.attention(tokens), shape)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "head_size": self.head_size,
            "groups": self.groups,
        }
