"""A Transformer that hears: from samples to tokens."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.decoder import Decoder
from kerazoo.layers.lengths import length_mask
from kerazoo.layers.tensor import Tensor
from kerazoo.layers.token_embedding import TokenEmbedding
from kerazoo.models.transformer.networks.sound_network import Heard
from kerazoo.models.transformer.networks.sound_network import SoundNetwork


@keras.saving.register_keras_serializable(package="kerazoo")
class SpeechRecognizer(SoundNetwork):
    """Log-mel features, convolutions, encoder blocks, and a score of tokens per frame.

    Connectionist temporal classification,
    [Graves et al., 2006](https://doi.org/10.1145/1143844.1143891), by a Conformer,
    [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), or a Transformer. A decoder
    may read the encoder's outputs, too, for training with both losses and decoding with
    both scores, [Watanabe et al., 2017](https://doi.org/10.1109/JSTSP.2017.2763455).
    Token 0 is the blank and the padding. What comes after the end of a sound changes
    nothing.

    With `chunk_seconds` it can hear while a sound goes on: attention sees no farther
    than the end of a chunk and some seconds back, [Zhang et al.,
    2020](https://arxiv.org/abs/2012.05481), Section 2.2, convolutions look back alone,
    and features are normalised by the mean and variance that `adapt` takes from the
    sounds of training. `start_stream` and `stream` compute chunk by chunk what a call
    does with the whole.

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
        chunk_seconds: float or None. Seconds of a chunk, of which only whole outputs
            count; None to hear the whole sound first.
        dropout: float in [0, 1).
        norm_first: bool. Normalises before each sublayer, not after, but in a
            Conformer, which has its own places for it.
        **kwargs: Further arguments of the blocks: `activation`, `norm`,
            `num_key_value_heads`, `use_bias`, `epsilon` and `hidden_dropout`, which a
            Conformer's encoder has not; and those of a Keras model.

    Attributes:
        chunk_size: int or None. Outputs of a chunk.

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
        chunk_seconds: float | None = None,
        dropout: float = 0.1,
        norm_first: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(
            hidden_size=hidden_size,
            num_layers=num_layers,
            num_heads=num_heads,
            feed_forward_size=feed_forward_size,
            encoder=encoder,
            sample_rate=sample_rate,
            num_mels=num_mels,
            subsampling=subsampling,
            kernel_size=kernel_size,
            spec_augment=spec_augment,
            chunk_seconds=chunk_seconds,
            dropout=dropout,
            norm_first=norm_first,
            **kwargs,
        )
        self.vocabulary_size = vocabulary_size
        self.num_decoder_layers = num_decoder_layers
        policy = self.dtype_policy
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

    def build(self, inputs_shape=None):
        hidden = (None, None, self.hidden_size)
        self.build_encoder()
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

    def frame_logits(self, heard: Heard) -> Tensor:
        """Returns the scores of all tokens in each output, float32 `(B, S, V)`."""
        return self.head(ops.cast(heard.memory, "float32"))

    @property
    def chunk_samples(self) -> int:
        """How many samples a chunk has, each of which comes once."""
        return self._chunk_size() * self.subsampling * self.spectrogram.hop

    @property
    def window_samples(self) -> int:
        """How many samples `stream` takes: a chunk, and the rest of its last frame."""
        overlap = self.spectrogram.frame - self.spectrogram.hop
        return self.chunk_samples + max(overlap, 0)

    @property
    def latency_seconds(self) -> float:
        """Longest time from a sound to its output, without that of computing."""
        return self.window_samples / self.sample_rate

    def start_stream(self, batch_size: Tensor | int) -> typing.Any:
        """Returns what `stream` remembers before sounds begin: a structure of zeros.

        Args:
            batch_size: int or int scalar. B.

        Raises:
            ValueError: If there are no chunks.
        """
        self._chunk_size()
        return (
            ops.zeros((batch_size,), "int32"),  # Outputs so far, up to what it sees.
            self.convolutions.start_stream(batch_size),
            tuple(block.start_stream(batch_size) for block in self.blocks),
        )

    def stream(
        self, samples: Tensor, lengths: Tensor, state: typing.Any
    ) -> tuple[Tensor, Tensor, typing.Any]:
        """Hears the next chunk of sounds.

        Args:
            samples: float `(B, window_samples)`. The next call's begin `chunk_samples`
                later.
            lengths: int `(B,)`. Samples of each row; fewer than there is place for end
                its sound, if need be in two calls.
            state: Of `start_stream`, or of the chunk before.

        Returns:
            The scores of all tokens, float32 `(B, chunk_size, V)`, how many of them are
            no padding, int32 `(B,)`, and the next state.
        """
        size = self._chunk_size()
        most = size * self.subsampling
        heard, frames, blocks = state
        x, lengths = self.spectrogram(samples, lengths)
        lengths = ops.minimum(lengths, most)
        x, lengths, frames = self.convolutions.stream(x[:, :most], frames, lengths)
        past = size * self._chunks["left_chunks"]
        mask = ops.concatenate(
            [ops.arange(past) >= past - heard[:, None], length_mask(lengths, size)],
            axis=1,
        )
        after = []
        for block, cache in zip(self.blocks, blocks):
            x, cache = block.stream(x, cache, mask)
            after.append(cache)
        if self.stack is not None and self.stack.norm is not None:
            x = self.stack.norm(x)
        logits = self.head(ops.cast(x, "float32"))
        heard = ops.minimum(heard + size, past)
        return logits, lengths, (heard, frames, tuple(after))

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
            "num_decoder_layers": self.num_decoder_layers,
        }

    def _chunk_size(self):
        if self.chunk_size is None:
            raise ValueError(
                "A stream needs a network that is made with `chunk_seconds`. "
                "Received: chunk_seconds=None"
            )
        return self.chunk_size

    def _check_decoder(self):
        if self.decoder is None:
            raise ValueError(
                "There is a decoder with `num_decoder_layers` of 1 or more. "
                f"Received: num_decoder_layers={self.num_decoder_layers}"
            )
