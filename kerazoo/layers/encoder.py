"""A stack of encoder blocks."""

import keras

from kerazoo.layers.block_stack import BlockStack
from kerazoo.layers.encoder_block import EncoderBlock
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class Encoder(BlockStack):
    """Encoder blocks one after the other, normalised at the end where each is at first.

    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1.

    Args:
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each.
        feed_forward_size: int. Width inside the feed-forward layers.
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
        ValueError: If there are no blocks, or as `EncoderBlock` does.

    Example:

    ```python
    import numpy as np
    from kerazoo.layers import Encoder

    encoder = Encoder(num_layers=2, num_heads=4, feed_forward_size=64)
    encoder(np.ones((2, 10, 32)))  # (2, 10, 32)
    ```
    """

    block_class = EncoderBlock

    def build(self, inputs_shape):
        super().build(inputs_shape)

    def call(
        self,
        inputs: Tensor,
        key_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        x = inputs
        for block in self.blocks:
            x = self.through(block, x, key_mask=key_mask, training=training)
        return x if self.norm is None else self.norm(x)
