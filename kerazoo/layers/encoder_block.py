"""Block of a Transformer's encoder."""

import keras

from kerazoo.layers.base_transformer_block import BaseTransformerBlock
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class EncoderBlock(BaseTransformerBlock):
    r"""Self-attention, then a feed-forward layer, each added to its inputs.

    The layers of the encoder of
    [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), Section 3.1: each sublayer
    f gives \(\mathrm{norm}(x + f(x))\), or \(x + f(\mathrm{norm}(x))\) with
    `norm_first`.

    Args:
        num_heads: int. Number of heads H, a divisor of the width D.
        feed_forward_size: int. Width inside the feed-forward layer.
        **kwargs: Of `BaseTransformerBlock`: `dropout`, `activation`, `norm`,
            `norm_first`, `num_key_value_heads`, `positions`, `window`, `use_bias`,
            `epsilon` and `hidden_dropout`.

    Call arguments:
        inputs: float `(B, T, D)`.
        key_mask: bool `(B, T)` or None, False for tokens that none may attend to.
        training: bool or None. Drops out in training.

    Returns:
        float `(B, T, D)`.

    Raises:
        ValueError: If D is not a multiple of `num_heads`, or an argument is out of its
            range.

    Example:

    ```python
    block = EncoderBlock(num_heads=4, feed_forward_size=128, dropout=0.1)
    block(np.ones((2, 10, 32)), key_mask=np.arange(10) < [[7], [10]])  # (2, 10, 32)
    ```
    """

    def call(
        self,
        inputs: Tensor,
        key_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        x = self.before(self.self_attention_norm, inputs)
        x = self.self_attention(x, key_mask=key_mask)
        inputs = self.after(self.self_attention_norm, inputs, x, training)
        x = self.before(self.feed_forward_norm, inputs)
        x = self.feed_forward(x, training=training)
        return self.after(self.feed_forward_norm, inputs, x, training)
