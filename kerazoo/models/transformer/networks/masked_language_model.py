"""A Transformer that predicts hidden tokens."""

import typing

import keras
from keras import ops

from kerazoo.layers.encoder import Encoder
from kerazoo.layers.pooling import masked_mean
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.token_network import TokenNetwork
from kerazoo.text.special_tokens import PAD


@keras.saving.register_keras_serializable(package="kerazoo")
class MaskedLanguageModel(TokenNetwork):
    """Encoder blocks that predict the tokens at hidden places from those around.

    BERT, [Devlin et al., 2019](https://arxiv.org/abs/1810.04805): a linear map, GELU
    and a normalisation turn a last hidden state into what the embeddings score. Blocks
    are normalised before each sublayer, and positions rotary, by default, as
    [Warner et al., 2024](https://arxiv.org/abs/2412.13663) found to be better.

    Args:
        vocabulary_size: int. Number of tokens V.
        hidden_size: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        positions: "rotary", "learned", "sinusoidal" or "alibi".
        max_length: int. Most tokens of a text, with learned positions.
        dropout: float in [0, 1). Of embeddings, sublayers and feed-forward layers.
        activation: Name, that of `FeedForward`.
        norm_first: bool. Normalises before each sublayer, not after.
        **kwargs: Further arguments of the blocks: `norm`, `num_key_value_heads`,
            `window`, `use_bias`, `epsilon` and `hidden_dropout`; `lora_rank` and
            `lora_alpha` of the stack; and those of a Keras model.

    Call arguments:
        inputs: tokens int `(B, T)`, or the pair of these and of K places, int `(B, K)`.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, T, V)`, the logits of the token at each place, or `(B, K, V)` at
        those of the places.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = MaskedLanguageModel(
        1_000, hidden_size=32, num_layers=2, num_heads=4
    )
    network([np.array([[4, 1, 6, 0]]), np.array([[1]])])  # (1, 1, 1000)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_size: int = 128,
        num_layers: int = 4,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        positions: str = "rotary",
        max_length: int = 1_024,
        dropout: float = 0.1,
        activation: str = "gelu",
        norm_first: bool = True,
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
            activation=activation,
            norm_first=norm_first,
            **kwargs,
        )
        self.encoder = self.make_stack(Encoder, "encoder")
        self.transform = keras.layers.Dense(
            hidden_size, activation="gelu", dtype=self.dtype_policy, name="transform"
        )
        self.transform_norm = self.encoder.blocks[0].normalization("transform_norm")

    def build(self, inputs_shape):
        shape = (None, None, self.hidden_size)
        self.embedding.build((None, None))
        self.encoder.build(shape)
        self.transform.build(shape)
        self.transform_norm.build(shape)
        self.built = True

    def call(
        self,
        inputs: Tensor | tuple[Tensor, Tensor],
        training: bool | None = None,
    ) -> Tensor:
        return self.logits(self.features(inputs, training=training))

    def encode(
        self, tokens: Tensor, training: bool | None = None
    ) -> tuple[Tensor, Tensor]:
        """Reads texts.

        Args:
            tokens: int `(B, T)`.
            training: bool or None.

        Returns:
            The pair of the last hidden states, float `(B, T, D)`, and their mask, bool
            `(B, T)`.
        """
        mask = ops.not_equal(tokens, PAD)
        x = self.embedding(tokens, training=training)
        return self.encoder(x, key_mask=mask, training=training), mask

    def embed(self, tokens: Tensor) -> Tensor:
        """Returns a vector of each text, float32 `(B, D)`: the mean of its states."""
        return masked_mean(*self.encode(tokens))

    def features(
        self,
        inputs: Tensor | tuple[Tensor, Tensor],
        training: bool | None = None,
    ) -> Tensor:
        """Returns what the embeddings score, float `(B, K, D)` or `(B, T, D)`."""
        tokens, places = inputs if isinstance(inputs, (list, tuple)) else (inputs, None)
        x, _ = self.encode(tokens, training=training)
        if places is not None:
            x = ops.take_along_axis(x, places[..., None], axis=1)
        return self.transform_norm(self.transform(x))

    def logits(self, hidden: Tensor) -> Tensor:
        """Returns the logits, float32 `(..., V)`, of features."""
        return self.embedding.logits(hidden)

    @property
    def output_embeddings(self) -> Tensor:
        """The matrix `(V, D)` whose products with features are the logits."""
        return self.embedding.embeddings
