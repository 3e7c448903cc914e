"""A Transformer that hears: from samples to tokens."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.conformer_block import ConformerBlock
from kerazoo.layers.convolution_subsampling import ConvolutionSubsampling
from kerazoo.layers.decoder import Decoder
from kerazoo.layers.dropout import Dropout
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.lengths import length_mask
from kerazoo.layers.log_mel_spectrogram import LogMelSpectrogram
from kerazoo.layers.spec_augment import SpecAugment
from kerazoo.layers.tensor import Tensor
from kerazoo.layers.token_embedding import TokenEmbedding
from kerazoo.models.transformer.networks.block_network import BlockNetwork

# Name to what reads the sound.
ENCODERS = {
    "conformer": "attention and convolutions in turn",
    "transformer": "attention alone",
}
_MOST_FILTERS = 64  # Of the convolutions, which would take most of the time.


class Heard(typing.NamedTuple):
    """What an encoder makes of sounds.

    Attributes:
        memory: float `(B, S, D)`. Its outputs, one for several frames.
        mask: bool `(B, S)`, False for padding.
        lengths: int32 `(B,)`. Outputs of each row that are no padding.
    """

    memory: Tensor
    mask: Tensor
    lengths: Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class SpeechRecognizer(BlockNetwork):
    """Log-mel features, convolutions, encoder blocks, and a score of tokens per frame.

    Connectionist temporal classification,
    [Graves et al., 2006](https://doi.org/10.1145/1143844.1143891), by a Conformer,
    [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), or a Transformer. A decoder
    may read the encoder's outputs, too, for training with both losses and decoding with
    both scores, [Watanabe et al., 2017](https://doi.org/10.1109/JSTSP.2017.2763455).
    Token 0 is the blank and the padding. What comes after the end of a sound changes
    nothing.

    Args:
        vocabulary_size: int. Number of tokens V, the blank among them.
        hidden_size: int. Width D.
        num_layers: int. Blocks of the encoder.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        encoder: "conformer" or "transformer".
        num_decoder_layers: int. Blocks of the decoder; 0 for none.
        sample_rate: int. Samples in a second.
        num_mels: int. Bands of the spectrogram.
        subsampling: 2, 4 or 8. Frames of 10 ms for one output of the encoder.
        kernel_size: int. Outputs that a convolution of the Conformer sees.
        spec_augment: bool. Masks times and bands in training,
            [Park et al., 2019](https://arxiv.org/abs/1904.08779).
        dropout: float in [0, 1).
        norm_first: bool. Normalises before each sublayer, not after, but in a
            Conformer, which has its own places for it.
        **kwargs: Further arguments of the blocks: `activation`, `norm`,
            `num_key_value_heads`, `use_bias`, `epsilon` and `hidden_dropout`, which a
            Conformer's encoder has not; and those of a Keras model.

    Call arguments:
        inputs: `(samples, lengths)`, float `(B, N)` from -1 to 1 and int `(B,)`; in
            training perhaps with uniforms, float `(B, num_uniforms)` in [0, 1), that
            place the masks.
        training: bool or None. Drops out and masks in training.

    Returns:
        The pair of the scores of all tokens, float32 `(B, S, V)`, and how many of them
        are no padding, int32 `(B,)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = SpeechRecognizer(30, hidden_size=16, num_layers=1, num_heads=2)
    samples = np.zeros((1, 16_000), "float32")
    logits, lengths = network((samples, np.array([16_000])))  # (1, 25, 30), [25]
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_size: int = 144,
        num_layers: int = 8,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        encoder: str = "conformer",
        num_decoder_layers: int = 0,
        sample_rate: int = 16_000,
        num_mels: int = 80,
        subsampling: int = 4,
        kernel_size: int = 31,
        spec_augment: bool = True,
        dropout: float = 0.1,
        norm_first: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(
            hidden_size,
            num_layers,
            num_heads,
            feed_forward_size,
            dropout,
            norm_first=norm_first,
            autocast=False,  # Samples and lengths keep their precision.
            **kwargs,
        )
        if encoder not in ENCODERS:
            raise ValueError(
                f"`encoder` must be one of {', '.join(ENCODERS)}. "
                f"Received: encoder={encoder}"
            )
        self.vocabulary_size = vocabulary_size
        self.encoder = encoder
        self.num_decoder_layers = num_decoder_layers
        self.sample_rate = sample_rate
        self.num_mels = num_mels
        self.subsampling = subsampling
        self.kernel_size = kernel_size
        self.spec_augment = spec_augment
        policy = self.dtype_policy
        self.spectrogram = LogMelSpectrogram(
            sample_rate, num_mels, dtype="float32", name="spectrogram"
        )
        self.augmentation = None
        if spec_augment:
            self.augmentation = SpecAugment(
                max_frequency_width=num_mels // 3, dtype="float32", name="augmentation"
            )
        self.convolutions = ConvolutionSubsampling(
            *(hidden_size, subsampling, min(hidden_size, _MOST_FILTERS)),
            dtype=policy,
            name="convolutions",
        )
        self.dropout_layer = Dropout(dropout, dtype=policy, name="dropout")
        self.stack: typing.Any = None
        self.conformer_blocks = None
        if encoder == "transformer":
            self.stack = self.make_stack(Encoder, "encoder", positions="rotary")
        else:
            self.conformer_blocks = [
                self._conformer_block(i) for i in range(num_layers)
            ]
        self.head = keras.layers.Dense(vocabulary_size, dtype="float32", name="head")
        self.embedding: typing.Any = None
        self.decoder: typing.Any = None
        if num_decoder_layers:
            self.embedding = TokenEmbedding(
                *(vocabulary_size, hidden_size, "rotary"),
                dropout=dropout,
                name="embedding",
                dtype=policy,
            )
            self.decoder = self.make_stack(
                Decoder, "decoder", num_decoder_layers, positions="rotary"
            )

    @property
    def num_uniforms(self) -> int:
        """How many random numbers of an example place the masks of training."""
        return 0 if self.augmentation is None else self.augmentation.num_uniforms

    def build(self, inputs_shape=None):
        frames = (None, None, self.num_mels)
        hidden = (None, None, self.hidden_size)
        self.convolutions.build(frames)
        for block in self.conformer_blocks or [self.stack]:
            block.build(hidden)
        self.head.build(hidden)
        # As likely as all others together. Training may take another token for what
        # stands between tokens, such as the space, and is slow to leave that.
        bias = [math.log(self.vocabulary_size)] + [0.0] * (self.vocabulary_size - 1)
        self.head.bias.assign(bias)
        if self.decoder is not None:
            self.embedding.build((None, None))
            self.decoder.build(hidden, hidden)
        self.built = True

    def call(
        self, inputs: typing.Sequence[Tensor], training: bool | None = None
    ) -> tuple[Tensor, Tensor]:
        heard = self.encode(inputs, training=training)
        return self.frame_logits(heard), heard.lengths

    def encode(
        self, inputs: typing.Sequence[Tensor], training: bool | None = None
    ) -> Heard:
        """Hears sounds, see the call's `inputs`."""
        samples, lengths, *uniforms = inputs
        x, lengths = self.spectrogram(samples, lengths)
        if self.augmentation is not None:
            x = self.augmentation(x, lengths, *uniforms, training=training)
        x, lengths = self.convolutions(x, lengths)
        mask = length_mask(lengths, ops.shape(x)[1])
        x = self.dropout_layer(x, training=training)
        for block in self.conformer_blocks or [self.stack]:
            x = block(x, key_mask=mask, training=training)
        return Heard(x, mask, lengths)

    def frame_logits(self, heard: Heard) -> Tensor:
        """Returns the scores of all tokens in each output, float32 `(B, S, V)`."""
        return self.head(ops.cast(heard.memory, "float32"))

    def num_outputs(self, num_samples: Tensor | int) -> Tensor:
        """Returns how many outputs of the encoder so many samples have."""
        return self.convolutions.lengths(self.spectrogram.lengths(num_samples))

    def features(
        self, heard: Heard, tokens: Tensor, training: bool | None = None
    ) -> Tensor:
        """Returns the last hidden states of the decoder, float `(B, T, D)`.

        Args:
            heard: Of `encode`.
            tokens: int `(B, T)`, each of them before the one to predict.
            training: bool or None.
        """
        self._check_decoder()
        x = self.embedding(tokens, training=training)
        return self.decoder(x, heard.memory, memory_mask=heard.mask, training=training)

    def token_logits(self, hidden: Tensor) -> Tensor:
        """Returns the decoder's scores, float32 `(..., V)`, of hidden states."""
        return self.embedding.logits(hidden)

    @property
    def output_embeddings(self) -> Tensor:
        """The matrix `(V, D)` whose products with hidden states are these scores."""
        return self.embedding.embeddings

    def start(self, heard: Heard, length: int) -> tuple[typing.Any, typing.Any]:
        """Returns what `step` needs to write: a context, and a cache without tokens.

        Args:
            heard: Of `encode`.
            length: int. Most tokens to write.
        """
        self._check_decoder()
        cache = self.decoder.make_cache(ops.shape(heard.memory)[0], length)
        projected = self.decoder.project(heard.memory)
        return (projected, heard.mask, self.embedding.output_matrix()), cache

    def step(
        self, tokens: Tensor, position: Tensor, cache: typing.Any, context: typing.Any
    ) -> tuple[Tensor, typing.Any]:
        """Reads one more token of each row, see `EncoderDecoder.step`."""
        projected, mask, output_matrix = context
        x = self.embedding(tokens[:, None], position=position)
        x, cache = self.decoder(
            x, memory_mask=mask, cache=cache, position=position, projected=projected
        )
        return self.embedding.logits(x[:, 0], output_matrix), cache

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "encoder": self.encoder,
            "num_decoder_layers": self.num_decoder_layers,
            "sample_rate": self.sample_rate,
            "num_mels": self.num_mels,
            "subsampling": self.subsampling,
            "kernel_size": self.kernel_size,
            "spec_augment": self.spec_augment,
        }

    def _conformer_block(self, index):
        size = self.feed_forward_size
        return ConformerBlock(
            self.num_heads,
            4 * self.hidden_size if size is None else size,
            self.kernel_size,
            dropout=self.dropout,
            num_key_value_heads=self.block_arguments.get("num_key_value_heads"),
            name=f"conformer_block_{index}",
            dtype=self.dtype_policy,
        )

    def _check_decoder(self):
        if self.decoder is None:
            raise ValueError(
                "There is a decoder with `num_decoder_layers` of 1 or more. "
                f"Received: num_decoder_layers={self.num_decoder_layers}"
            )
