"""A stack of encoder blocks."""

import keras

from kerazoo.layers.encoder_block import EncoderBlock
from kerazoo.models.transformer.networks.block_arguments import pop_block_arguments


@keras.saving.register_keras_serializable(package="kerazoo")
class Encoder(keras.layers.Layer):
    """Encoder blocks one after the other, normalised at the end where each is at first.

    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1.

    Args:
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each.
        hidden_size: int. Width inside the feed-forward layers.
        **kwargs: Further arguments of `EncoderBlock`: `dropout`, `activation`, `norm`,
            `norm_first`, `num_key_value_heads`, `positions`, `window`, `use_bias`,
            `epsilon` and `hidden_dropout`; and those of a Keras layer.

    Call arguments:
        inputs: float `(B, T, D)`.
        key_mask: bool `(B, T)` or None, False for tokens that none may attend to.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: As `EncoderBlock` does.

    Example:

    ```python
    Encoder(num_layers=2, num_heads=4, hidden_size=64)(np.ones((2, 10, 32)))
    ```
    """

    def __init__(self, num_layers, num_heads, hidden_size, **kwargs):
        self.block_arguments = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        if num_layers < 1:
            raise ValueError(
                f"`num_layers` must be positive. Received: num_layers={num_layers}"
            )
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.hidden_size = hidden_size
        self.blocks = [
            EncoderBlock(
                num_heads,
                hidden_size,
                **self.block_arguments,
                dtype=self.dtype_policy,
                name=f"block_{index}",
            )
            for index in range(num_layers)
        ]
        self.norm = None
        if self.block_arguments.get("norm_first"):
            self.norm = self.blocks[0].normalization("norm")

    def build(self, inputs_shape):
        for block in self.blocks:
            block.build(inputs_shape)
        if self.norm is not None:
            self.norm.build(inputs_shape)

    def call(self, inputs, key_mask=None, training=None):
        x = inputs
        for block in self.blocks:
            x = block(x, key_mask=key_mask, training=training)
        return x if self.norm is None else self.norm(x)

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_size": self.hidden_size,
            **self.block_arguments,
        }
