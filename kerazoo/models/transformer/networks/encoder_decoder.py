"""A Transformer that writes one sequence from another."""

import typing

import keras
from keras import ops

from kerazoo.layers.decoder import Decoder
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.token_network import TokenNetwork
from kerazoo.text.special_tokens import PAD


@keras.saving.register_keras_serializable(package="kerazoo")
class EncoderDecoder(TokenNetwork):
    """Encoder and decoder over one vocabulary, whose embeddings all share.

    The Transformer of [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), by
    default; later ones by arguments, as `norm_first=True`, `norm="rms"`,
    `activation="swiglu"` and `positions="rotary"`. Token 0 is padding, which none
    attends to in the source.

    Args:
        vocabulary_size: int. Number of tokens V.
        hidden_size: int. Width D.
        num_layers: int. Blocks of the encoder, and of the decoder.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        num_decoder_layers: int or None. Blocks of the decoder, where they are others.
        positions: "sinusoidal", "learned", "rotary" or "alibi".
        max_length: int. Most tokens of either sequence, with learned positions.
        dropout: float in [0, 1). Of embeddings, sublayers and feed-forward layers.
        **kwargs: Further arguments of the blocks: `activation`, `norm`, `norm_first`,
            `num_key_value_heads`, `window`, `use_bias`, `epsilon` and
            `hidden_dropout`; and those of a Keras model.

    Call arguments:
        inputs: `[source, target]`, tokens int `(B, S)` and `(B, T)`; the target begins
            with the token that says so.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, T, V)`, the logits of each next token.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = EncoderDecoder(
        1_000, hidden_size=32, num_layers=2, num_heads=4, feed_forward_size=64
    )
    network([np.array([[4, 5, 2]]), np.array([[1, 6]])])  # (1, 2, 1000)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_size: int = 512,
        num_layers: int = 6,
        num_heads: int = 8,
        feed_forward_size: int | None = None,
        num_decoder_layers: int | None = None,
        positions: str = "sinusoidal",
        max_length: int = 1_024,
        dropout: float = 0.1,
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
        self.num_decoder_layers = num_decoder_layers
        self.encoder = self.make_stack(Encoder, "encoder")
        self.decoder = self.make_stack(Decoder, "decoder", num_decoder_layers)

    def build(self, inputs_shape):
        self.embedding.build((None, None))
        shape = (None, None, self.hidden_size)
        self.encoder.build(shape)
        self.decoder.build(shape, shape)
        self.built = True

    def call(
        self, inputs: tuple[Tensor, Tensor], training: bool | None = None
    ) -> Tensor:
        return self.logits(self.features(inputs, training=training))

    def features(
        self, inputs: tuple[Tensor, Tensor], training: bool | None = None
    ) -> Tensor:
        """Returns the last hidden states of the decoder, float `(B, T, D)`."""
        source, target = inputs
        memory, mask = self.encode(source, training=training)
        x = self.embedding(target, training=training)
        return self.decoder(x, memory, memory_mask=mask, training=training)

    def logits(self, hidden: Tensor) -> Tensor:
        """Returns the logits, float32 `(..., V)`, of hidden states."""
        return self.embedding.logits(hidden)

    @property
    def output_embeddings(self) -> Tensor:
        """The matrix `(V, D)` whose products with hidden states are the logits."""
        return self.embedding.embeddings

    def encode(
        self, source: Tensor, training: bool | None = None
    ) -> tuple[Tensor, Tensor]:
        """Reads a source.

        Args:
            source: int `(B, S)`.
            training: bool or None.

        Returns:
            The pair of the memory, float `(B, S, D)`, and its mask, bool `(B, S)`.
        """
        mask = ops.not_equal(source, PAD)
        x = self.embedding(source, training=training)
        return self.encoder(x, key_mask=mask, training=training), mask

    def start(self, inputs: Tensor, length: int) -> tuple[typing.Any, typing.Any]:
        """Returns what `step` needs to write: a context, and a cache without tokens.

        Args:
            inputs: Source, int `(B, S)`.
            length: int. Most tokens to write.

        Returns:
            The pair of a context, which steps only read, and a cache, which they
            change; nests of tensors, those of the cache with the batch first.
        """
        self.embedding.check_length(length)
        memory, mask = self.encode(inputs)
        cache = self.decoder.make_cache(ops.shape(inputs)[0], length)
        output_matrix = self.embedding.output_matrix()
        return (self.decoder.project(memory), mask, output_matrix), cache

    def step(
        self,
        tokens: Tensor,
        position: Tensor,
        cache: typing.Any,
        context: typing.Any,
        paths: Tensor | None = None,
    ) -> tuple[Tensor, typing.Any]:
        """Reads one more token of each row.

        Args:
            tokens: int `(B,)`; with beams `(B * W,)`, those of a source next to each
                other.
            position: int32 scalar. How many tokens the cache holds.
            cache, context: As of `start`; with `paths`, the cache after `spread`.
            paths: int32 `(B, W, N)` or None. Those of `beam_search`.

        Returns:
            The pair of the logits of the next token, float32, one row for each token,
            and the cache.
        """
        projected, mask, output_matrix = context
        x, arguments = self.tokens_of_step(tokens, position, paths)
        x, cache = self.decoder(
            x, memory_mask=mask, cache=cache, projected=projected, **arguments
        )
        x = ops.reshape(x, (-1, self.hidden_size))
        return self.embedding.logits(x, output_matrix), cache

    def get_config(self):
        return {
            **super().get_config(),
            "num_decoder_layers": self.num_decoder_layers,
        }
