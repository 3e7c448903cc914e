"""A Transformer that sorts texts into classes."""

import typing

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.pooling import POOLINGS
from kerazoo.layers.pooling import check_pooling
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.token_network import TokenNetwork
from kerazoo.text.special_tokens import PAD


@keras.saving.register_keras_serializable(package="kerazoo")
class TextClassifier(TokenNetwork):
    """Encoder blocks, the mean or maximum of their outputs, a linear map to classes.

    The encoder of [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762); mean and
    maximum are over the tokens that are no padding, token 0.

    Args:
        vocabulary_size: int. Number of tokens V.
        num_classes: int. Number of classes K.
        hidden_size: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        positions: "sinusoidal", "learned", "rotary" or "alibi".
        max_length: int. Most tokens of a text, with learned positions.
        dropout: float in [0, 1). Of embeddings, sublayers, feed-forward layers and
            what is pooled.
        pooling: "mean" or "max", of each feature over the tokens.
        **kwargs: Further arguments of the blocks: `activation`, `norm`, `norm_first`,
            `num_key_value_heads`, `window`, `use_bias`, `epsilon` and
            `hidden_dropout`; and those of a Keras model.

    Call arguments:
        inputs: tokens int `(B, T)`.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, K)`, the logits of the classes.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = TextClassifier(
        1_000, num_classes=2, hidden_size=32, num_layers=2, num_heads=4
    )
    network(np.array([[4, 5, 6, 0]]))  # (1, 2)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        hidden_size: int = 128,
        num_layers: int = 4,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        positions: str = "sinusoidal",
        max_length: int = 1_024,
        dropout: float = 0.1,
        pooling: str = "mean",
        **kwargs: typing.Any,
    ):
        super().__init__(
            vocabulary_size,
            positions,
            max_length,
            hidden_size=hidden_size,
            num_layers=num_layers,
            num_heads=num_heads,
            feed_forward_size=feed_forward_size,
            dropout=dropout,
            **kwargs,
        )
        check_pooling(pooling)
        self.num_classes = num_classes
        self.pooling = pooling
        self.encoder = self.make_stack(Encoder, "encoder")
        self.dropout_layer = Dropout(dropout, dtype=self.dtype_policy, name="dropout")
        self.head = keras.layers.Dense(num_classes, dtype="float32", name="head")

    def build(self, inputs_shape):
        self.embedding.build((None, None))
        self.encoder.build((None, None, self.hidden_size))
        self.head.build((None, self.hidden_size))
        self.built = True

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        mask = ops.not_equal(inputs, PAD)
        x = self.embedding(inputs, training=training)
        x = self.encoder(x, key_mask=mask, training=training)
        x = self.dropout_layer(POOLINGS[self.pooling](x, mask), training=training)
        return self.head(x)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "pooling": self.pooling,
        }
