"""A Transformer that goes on with a sequence."""

import typing

import keras
from keras import ops

from kerazoo.layers.decoder import Decoder
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.token_network import TokenNetwork


@keras.saving.register_keras_serializable(package="kerazoo")
class CausalLanguageModel(TokenNetwork):
    """Decoder blocks that predict each next token from those before.

    GPT-2, [Radford et al., 2019](https://github.com/openai/gpt-2), Section 2.3, by
    default: normalised before each sublayer, learned positions, GELU, embeddings that
    also score the next token. Llama's changes are arguments: `norm="rms"`,
    `activation="swiglu"`, `positions="rotary"`, `use_bias=False`.

    Args:
        vocabulary_size: int. Number of tokens V.
        hidden_size: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
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
    network = CausalLanguageModel(
        1_000, hidden_size=32, num_layers=2, num_heads=4
    )
    network(np.array([[1, 4, 5]]))  # (1, 3, 1000)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_size: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        feed_forward_size: int | None = None,
        positions: str = "learned",
        max_length: int = 1_024,
        dropout: float = 0.0,
        activation: str = "gelu",
        norm_first: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(
            vocabulary_size,
            positions,
            max_length,
            scale_embeddings=False,
            hidden_size=hidden_size,
            num_layers=num_layers,
            num_heads=num_heads,
            feed_forward_size=feed_forward_size,
            dropout=dropout,
            activation=activation,
            norm_first=norm_first,
            **kwargs,
        )
        self.decoder = self.make_stack(Decoder, "decoder", is_cross=False)

    def build(self, inputs_shape):
        self.embedding.build((None, None))
        self.decoder.build((None, None, self.hidden_size))
        self.built = True

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        return self.logits(self.features(inputs, training=training))

    def features(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Returns the last hidden states, float `(B, T, D)`."""
        x = self.embedding(inputs, training=training)
        return self.decoder(x, training=training)

    def logits(self, hidden: Tensor) -> Tensor:
        """Returns the logits, float32 `(..., V)`, of hidden states."""
        return self.embedding.logits(hidden)

    @property
    def output_embeddings(self) -> Tensor:
        """The matrix `(V, D)` whose products with hidden states are the logits."""
        return self.embedding.embeddings

    def start(self, inputs: Tensor, length: int) -> tuple[Tensor, typing.Any]:
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

    def read(self, tokens: Tensor, cache: typing.Any) -> typing.Any:
        """Reads the first tokens of sequences at once, in place of a `step` for each.

        Args:
            tokens: int `(B, T)`.
            cache: Of `start`, without tokens.

        Returns:
            The cache with the tokens.
        """
        _, cache = self.decoder(self.embedding(tokens), cache=cache, position=0)
        return cache

    def read_on(
        self, tokens: Tensor, position: Tensor, cache: typing.Any, context: Tensor
    ) -> tuple[Tensor, typing.Any]:
        """Reads several more tokens of each row at once.

        Args:
            tokens: int `(B, T)`.
            position: int32 scalar. How many tokens the cache holds.
            cache, context: As of `start`.

        Returns:
            The pair of the logits of each next token, float32 `(B, T, V)`, and the
            cache.
        """
        x = self.embedding(tokens, position=position)
        x, cache = self.decoder(x, cache=cache, position=position)
        return self.embedding.logits(x, context), cache

    def step(
        self,
        tokens: Tensor,
        position: Tensor,
        cache: typing.Any,
        context: Tensor,
        paths: Tensor | None = None,
    ) -> tuple[Tensor, typing.Any]:
        """Reads one more token of each row.

        Args:
            tokens: int `(B,)`; with beams `(B * W,)`, those of a text next to each
                other.
            position: int32 scalar. How many tokens the cache holds.
            cache, context: As of `start`; with `paths`, the cache after `spread`.
            paths: int32 `(B, W, N)` or None. Those of `beam_search`.

        Returns:
            The pair of the logits of the next token, float32, one row for each token,
            and the cache.
        """
        x, arguments = self.tokens_of_step(tokens, position, paths)
        x, cache = self.decoder(x, cache=cache, **arguments)
        x = ops.reshape(x, (-1, self.hidden_size))
        return self.embedding.logits(x, context), cache
