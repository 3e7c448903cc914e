"""What Transformers that hear have in common: from samples to hidden states."""

import math
import typing
from collections.abc import Iterable

from keras import ops

from kerazoo.layers.conformer_block import ConformerBlock
from kerazoo.layers.convolution_subsampling import ConvolutionSubsampling
from kerazoo.layers.dropout import Dropout
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.lengths import length_mask
from kerazoo.layers.log_mel_spectrogram import LogMelSpectrogram
from kerazoo.layers.spec_augment import SpecAugment
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.block_network import BlockNetwork

# Name to what reads the sound.
ENCODERS = {
    "conformer": "attention and convolutions in turn",
    "transformer": "attention alone",
}
_MOST_FILTERS = 64  # Of the convolutions, which would take most of the time.
_HOP = 0.01  # Seconds from a frame to the next.
_SECONDS_BACK = 10.0  # That a chunk's attention sees at least; it bounds the memory.


def outputs_of_chunk(chunk_seconds: float, subsampling: int) -> int:
    """Returns how many whole outputs of an encoder are in so many seconds.

    Args:
        chunk_seconds: Seconds of a chunk.
        subsampling: Frames for one output.

    Raises:
        ValueError: If there is none.
    """
    seconds = subsampling * _HOP
    size = math.floor(chunk_seconds / seconds + 1e-6)
    if size < 1:
        raise ValueError(
            f"`chunk_seconds` must be {seconds:g} or more, the time of one output of "
            f"the encoder. Received: chunk_seconds={chunk_seconds:g}"
        )
    return size


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


class SoundNetwork(BlockNetwork):
    """Base class of networks that hear: log-mel features, convolutions, blocks.

    The blocks are those of a Conformer,
    [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), or of a Transformer. What
    comes after the end of a sound changes nothing.

    Args:
        hidden_size: Width D.
        num_layers: Blocks of the encoder.
        num_heads: Heads of each attention.
        feed_forward_size: Width inside the feed-forward layers; None for 4 D.
        encoder: A key of `ENCODERS`.
        sample_rate: Samples in a second.
        num_mels: Bands of the spectrogram.
        subsampling: 2, 4 or 8. Frames of 10 ms for one output of the encoder.
        kernel_size: Outputs that a convolution of the Conformer sees.
        spec_augment: Masks times and bands in training,
            [Park et al., 2019](https://arxiv.org/abs/1904.08779).
        chunk_seconds: Seconds of a chunk, farther than whose end nothing is heard, see
            `kerazoo.models.transformer.SpeechRecognizer`; None for the whole sound.
        dropout: Dropout rate in [0, 1).
        norm_first: Normalises before each sublayer, not after, but in a Conformer,
            which has its own places for it.
        **kwargs: Further arguments of the blocks: `activation`, `norm`,
            `num_key_value_heads`, `use_bias`, `epsilon` and `hidden_dropout`, which a
            Conformer's encoder has not; and those of a Keras model.

    Attributes:
        chunk_size: int or None. Outputs of a chunk.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        hidden_size: int = 144,
        num_layers: int = 8,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        encoder: str = "conformer",
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
        self.encoder = encoder
        self.sample_rate = sample_rate
        self.num_mels = num_mels
        self.subsampling = subsampling
        self.kernel_size = kernel_size
        self.spec_augment = spec_augment
        self.chunk_seconds = chunk_seconds
        self.chunk_size, left_chunks = None, None
        if chunk_seconds is not None:
            self.chunk_size = outputs_of_chunk(chunk_seconds, subsampling)
            left_chunks = math.ceil(_SECONDS_BACK / chunk_seconds)
        self._chunks = {"chunk_size": self.chunk_size, "left_chunks": left_chunks}
        policy = self.dtype_policy
        self.spectrogram = LogMelSpectrogram(
            sample_rate,
            num_mels,
            hop_length=_HOP,
            normalization="utterance" if chunk_seconds is None else "global",
            dtype="float32",
            name="spectrogram",
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
            self.stack = self.make_stack(
                Encoder, "encoder", positions="rotary", **self._chunks
            )
        else:
            self.conformer_blocks = [
                self._conformer_block(i) for i in range(num_layers)
            ]

    @property
    def num_uniforms(self) -> int:
        """How many random numbers of an example place the masks of training."""
        return 0 if self.augmentation is None else self.augmentation.num_uniforms

    @property
    def blocks(self) -> list:
        """The blocks of the encoder."""
        return self.conformer_blocks or self.stack.blocks

    def build_encoder(self) -> None:
        """Builds all from the spectrogram to the last block."""
        self.spectrogram.build((None, None))
        self.convolutions.build((None, None, self.num_mels))
        for block in self.conformer_blocks or [self.stack]:
            block.build((None, None, self.hidden_size))

    def encode(
        self, inputs: typing.Sequence[Tensor], training: bool | None = None
    ) -> Heard:
        """Hears sounds.

        Args:
            inputs: `(samples, lengths)`, float `(B, N)` from -1 to 1 and int `(B,)`; in
                training perhaps with uniforms, float `(B, num_uniforms)` in [0, 1),
                that place the masks.
            training: bool or None. Drops out and masks in training.
        """
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

    def num_outputs(self, num_samples: Tensor | int) -> Tensor:
        """Returns how many outputs of the encoder so many samples have."""
        return self.convolutions.lengths(self.spectrogram.lengths(num_samples))

    def adapt(self, sounds: Iterable[Tensor]) -> None:
        """Takes mean and variance of the features from sounds, for `chunk_seconds`.

        Args:
            sounds: float `(S,)` each, samples.

        Raises:
            ValueError: If there are no sounds, or no chunks.
        """
        self.spectrogram.adapt(sounds)

    def get_config(self):
        return {
            **super().get_config(),
            "encoder": self.encoder,
            "sample_rate": self.sample_rate,
            "num_mels": self.num_mels,
            "subsampling": self.subsampling,
            "kernel_size": self.kernel_size,
            "spec_augment": self.spec_augment,
            "chunk_seconds": self.chunk_seconds,
        }

    def _conformer_block(self, index):
        size = self.feed_forward_size
        return ConformerBlock(
            self.num_heads,
            4 * self.hidden_size if size is None else size,
            self.kernel_size,
            dropout=self.dropout,
            num_key_value_heads=self.block_arguments.get("num_key_value_heads"),
            **self._chunks,
            name=f"conformer_block_{index}",
            dtype=self.dtype_policy,
        )
