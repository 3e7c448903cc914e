"""A Transformer that goes on with a sequence."""

import keras
from keras import ops

from kerazoo.models.transformer.networks.block_arguments import pop_block_arguments
from kerazoo.models.transformer.networks.decoder import Decoder
from kerazoo.models.transformer.networks.token_embedding import TokenEmbedding


@keras.saving.register_keras_serializable(package="kerazoo")
class CausalLanguageModel(keras.Model):
    """Decoder blocks that predict each next token from those before.

    GPT-2, [Radford et al., 2019](https://github.com/openai/gpt-2), Section 2.3, by
    default: normalised before each sublayer, learned positions, GELU, embeddings that
    also score the next token. Llama's changes are arguments: `norm="rms"`,
    `activation="swiglu"`, `positions="rotary"`, `use_bias=False`.

    Args:
        vocabulary_size: int. Number of tokens V.
        units: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        hidden_size: int or None. Width inside the feed-forward layers; None for 4 D.
        positions: "learned", "sinusoidal", "rotary" or "alibi".
        max_length: int. Most tokens of a sequence, with learned positions.
        dropout: float in [0, 1). Of embeddings, sublayers and feed-forward layers.
        activation: Name, that of `FeedForward`.
        norm_first: bool. Normalises before each sublayer, not after.
        **kwargs: Further arguments of the blocks: `norm`, `num_key_value_heads`,
            `window`, `use_bias`, `epsilon` and `hidden_dropout`; and those of a
            Keras model.

    Call arguments:
        inputs: tokens int `(B, T)`.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, T, V)`, the logits of each next token.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = CausalLanguageModel(1_000, units=32, num_layers=2, num_heads=4)
    network(np.array([[1, 4, 5]]))  # (1, 3, 1000)
    ```
    """

    def __init__(
        self,
        vocabulary_size,
        units=768,
        num_layers=12,
        num_heads=12,
        hidden_size=None,
        positions="learned",
        max_length=1_024,
        dropout=0.0,
        activation="gelu",
        norm_first=True,
        **kwargs,
    ):
        block = pop_block_arguments(kwargs)
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.hidden_size = hidden_size
        self.positions = positions
        self.max_length = max_length
        self.dropout = dropout
        self.activation = activation
        self.norm_first = norm_first
        self.block_arguments = block
        policy = {"dtype": self.dtype_policy}
        self.embedding = TokenEmbedding(
            vocabulary_size,
            units,
            positions,
            max_length,
            dropout,
            scale=False,
            name="embedding",
            **policy,
        )
        self.decoder = Decoder(
            num_layers,
            num_heads,
            4 * units if hidden_size is None else hidden_size,
            is_cross=False,
            dropout=dropout,
            activation=activation,
            norm_first=norm_first,
            positions=positions if positions in ("rotary", "alibi") else None,
            name="decoder",
            **block,
            **policy,
        )

    def build(self, inputs_shape):
        self.embedding.build((None, None))
        self.decoder.build((None, None, self.units))
        self.built = True

    def call(self, inputs, training=None):
        return self.logits(self.features(inputs, training=training))

    def features(self, inputs, training=None):
        """Returns the last hidden states, float `(B, T, D)`."""
        x = self.embedding(inputs, training=training)
        return self.decoder(x, training=training)

    def logits(self, hidden):
        """Returns the logits, float32 `(..., V)`, of hidden states."""
        return self.embedding.logits(hidden)

    @property
    def output_embeddings(self):
        """The matrix `(V, D)` whose products with hidden states are the logits."""
        return self.embedding.embeddings

    def start(self, inputs, length):
        """Returns what `step` needs to write: a context, and a cache without tokens.

        Args:
            inputs: int `(B, ...)`. Only the number of rows counts.
            length: int. Most tokens to read and write.

        Returns:
            The pair of a context, which steps only read, and a cache, which they
            change; nests of tensors, those of the cache with the batch first.
        """
        self.embedding.check_length(length)
        cache = self.decoder.make_cache(ops.shape(inputs)[0], length)
        return self.embedding.output_matrix(), cache

    def read(self, tokens, cache):
        """Reads the first tokens of sequences at once, in place of a `step` for each.

        Args:
            tokens: int `(B, T)`.
            cache: Of `start`, without tokens.

        Returns:
            The cache with the tokens.
        """
        _, cache = self.decoder(self.embedding(tokens), cache=cache, position=0)
        return cache

    def step(self, tokens, position, cache, context):
        """Reads one more token of each row.

        Args:
            tokens: int `(B,)`.
            position: int32 scalar. How many tokens the cache holds.
            cache, context: As of `start`.

        Returns:
            The pair of the logits of the next token, float32 `(B, V)`, and the cache.
        """
        x = self.embedding(tokens[:, None], position=position)
        x, cache = self.decoder(x, cache=cache, position=position)
        return self.embedding.logits(x[:, 0], context), cache

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "hidden_size": self.hidden_size,
            "positions": self.positions,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "activation": self.activation,
            "norm_first": self.norm_first,
            **self.block_arguments,
        }
