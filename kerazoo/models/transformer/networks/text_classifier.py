"""A Transformer that sorts texts into classes."""

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.models.transformer.networks.block_arguments import pop_block_arguments
from kerazoo.models.transformer.networks.encoder import Encoder
from kerazoo.models.transformer.networks.pooling import POOLINGS
from kerazoo.models.transformer.networks.token_embedding import TokenEmbedding
from kerazoo.models.transformer.text.special_tokens import PAD


@keras.saving.register_keras_serializable(package="kerazoo")
class TextClassifier(keras.Model):
    """Encoder blocks, the mean or maximum of their outputs, a linear map to classes.

    The encoder of [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762); mean and
    maximum are over the tokens that are no padding, token 0.

    Args:
        vocabulary_size: int. Number of tokens V.
        num_classes: int. Number of classes K.
        units: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        hidden_size: int or None. Width inside the feed-forward layers; None for 4 D.
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
    network = TextClassifier(1_000, num_classes=2, units=32, num_layers=2, num_heads=4)
    network(np.array([[4, 5, 6, 0]]))  # (1, 2)
    ```
    """

    def __init__(
        self,
        vocabulary_size,
        num_classes,
        units=128,
        num_layers=4,
        num_heads=4,
        hidden_size=None,
        positions="sinusoidal",
        max_length=1_024,
        dropout=0.1,
        pooling="mean",
        **kwargs,
    ):
        block = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        if pooling not in POOLINGS:
            raise ValueError(
                f"`pooling` must be one of {', '.join(POOLINGS)}. "
                f"Received: pooling={pooling}"
            )
        self.vocabulary_size = vocabulary_size
        self.num_classes = num_classes
        self.units = units
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.hidden_size = hidden_size
        self.positions = positions
        self.max_length = max_length
        self.dropout = dropout
        self.pooling = pooling
        self.block_arguments = block
        policy = {"dtype": self.dtype_policy}
        self.embedding = TokenEmbedding(
            vocabulary_size,
            units,
            positions,
            max_length,
            dropout,
            name="embedding",
            **policy,
        )
        self.encoder = Encoder(
            num_layers,
            num_heads,
            4 * units if hidden_size is None else hidden_size,
            dropout=dropout,
            positions=positions if positions in ("rotary", "alibi") else None,
            name="encoder",
            **block,
            **policy,
        )
        self.dropout_layer = Dropout(dropout, name="dropout", **policy)
        self.head = keras.layers.Dense(num_classes, dtype="float32", name="head")

    def build(self, inputs_shape):
        self.embedding.build((None, None))
        self.encoder.build((None, None, self.units))
        self.head.build((None, self.units))
        self.built = True

    def call(self, inputs, training=None):
        mask = ops.not_equal(inputs, PAD)
        x = self.embedding(inputs, training=training)
        x = self.encoder(x, key_mask=mask, training=training)
        x = self.dropout_layer(POOLINGS[self.pooling](x, mask), training=training)
        return self.head(x)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "num_classes": self.num_classes,
            "units": self.units,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_size": self.hidden_size,
            "positions": self.positions,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "pooling": self.pooling,
            **self.block_arguments,
        }
