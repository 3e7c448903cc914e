"""Which Transformer learns."""

import dataclasses
import typing

from kerazoo.models.transformer.config.speech_config import SpeechConfig
from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder
from kerazoo.models.transformer.networks import MaskedAutoencoder
from kerazoo.models.transformer.networks import MaskedLanguageModel
from kerazoo.models.transformer.networks import SoundClassifier
from kerazoo.models.transformer.networks import SpeechRecognizer
from kerazoo.models.transformer.networks import TextClassifier
from kerazoo.models.transformer.networks import VisionTransformer


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Kinds and sizes of the layers of a network.

    What is None is the network's own choice: that of the Transformer of 2017 where it
    translates or classifies texts, of GPT-2 where it writes, of the vision Transformer
    where it sees.

    Args:
        hidden_size: Width of the hidden states, of all heads.
        num_layers: Number of blocks; of a translator in the encoder, and as many in the
            decoder.
        num_heads: Heads of each attention.
        feed_forward_size: Width inside the feed-forward layers. Default: four times
            `hidden_size`.
        feed_forward: Activation of the feed-forward layers: `"relu"`, `"gelu"`,
            `"silu"`, `"swiglu"` or `"geglu"`.
        dropout: Share of features dropped in training.
        hidden_dropout: Share dropped inside feed-forward layers. Default: `dropout`.
        positions: How tokens know their places: `"sinusoidal"`, `"learned"`,
            `"rotary"` or `"alibi"`. Not for images.
        norm: `"layer"` or `"rms"`.
        norm_first: Normalises before sublayers, not after.
        use_bias: Adds biases to the linear maps.
        key_value_heads: Heads of keys and values, a divisor of `num_heads`. Default:
            as many.
        window: Each token attends to itself and to those fewer than so many places
            away. Default: to all. Not for images.
        decoder_layers: Translators: blocks of the decoder, if not `num_layers`; of
            those that hear, if there is to be one.
        token_pooling: Classifiers of texts and sounds: what is taken of each feature
            over the tokens, or the outputs for a sound, `"mean"` or `"max"`.
        patch_size: Images: side of a patch in pixels.
        num_experts: Experts in place of each feed-forward layer, see
            `kerazoo.layers.MixtureOfExperts`. Default: none.
        experts_per_token: How many of them each token takes.
        lora_rank: Rank of an adapter of each linear map of the blocks, see
            `kerazoo.layers.add_adapters`. Default: none.
        lora_alpha: Scale of the adapters. Default: `lora_rank`.
        remat: Computes what is within blocks again for the gradient, for less memory.
            Without dropout and experts.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig

    config = NetworkConfig(hidden_size=32, num_layers=2, positions="rotary")
    network = config.language_model(vocabulary_size=100, max_length=64)
    ```
    """

    hidden_size: int = 128
    num_layers: int = 3
    num_heads: int = 4
    feed_forward_size: int | None = None
    feed_forward: str | None = None
    dropout: float = 0.1
    hidden_dropout: float | None = None
    positions: str | None = None
    norm: str = "layer"
    norm_first: bool | None = None
    use_bias: bool = True
    key_value_heads: int | None = None
    window: int | None = None
    decoder_layers: int | None = None
    token_pooling: str = "mean"
    patch_size: int = 2
    num_experts: int | None = None
    experts_per_token: int = 2
    lora_rank: int | None = None
    lora_alpha: float | None = None
    remat: bool = False

    def translator(self, vocabulary_size: int, max_length: int) -> EncoderDecoder:
        """Makes a network that writes texts from others.

        Args:
            vocabulary_size: Number of tokens.
            max_length: Most tokens of either text.

        Raises:
            ValueError: If the width is not for so many heads; so all others.
        """
        return EncoderDecoder(
            vocabulary_size,
            max_length=max_length,
            num_decoder_layers=self.decoder_layers,
            **self._of_tokens(),
        )

    def language_model(
        self, vocabulary_size: int, max_length: int
    ) -> CausalLanguageModel:
        """Makes a network that goes on with texts of `max_length` tokens at most."""
        return CausalLanguageModel(
            vocabulary_size, max_length=max_length, **self._of_tokens()
        )

    def masked_language_model(
        self, vocabulary_size: int, max_length: int
    ) -> MaskedLanguageModel:
        """Makes a network that predicts hidden tokens of texts of `max_length`."""
        return MaskedLanguageModel(
            vocabulary_size, max_length=max_length, **self._of_tokens()
        )

    def text_classifier(
        self, vocabulary_size: int, max_length: int, num_classes: int
    ) -> TextClassifier:
        """Makes a network that sorts texts of `max_length` tokens at most."""
        return TextClassifier(
            vocabulary_size,
            num_classes,
            max_length=max_length,
            pooling=self.token_pooling,
            **self._of_tokens(),
        )

    def image_classifier(
        self, image_shape: tuple[int, int, int], num_classes: int
    ) -> VisionTransformer:
        """Makes a network that sorts images `(H, W, C)`.

        Raises:
            ValueError: If patches do not fit into the images, too.
        """
        self._check_patches(image_shape)
        return VisionTransformer(
            num_classes, patch_size=self.patch_size, **self._of_blocks()
        )

    def masked_autoencoder(
        self, image_shape: tuple[int, int, int], mask_share: float
    ) -> MaskedAutoencoder:
        """Makes a network that paints a share of the patches of images `(H, W, C)`."""
        self._check_patches(image_shape)
        return MaskedAutoencoder(
            self.patch_size,
            mask_share,
            num_decoder_layers=self.decoder_layers or 1,
            **self._of_blocks(),
        )

    def speech_recognizer(
        self, vocabulary_size: int, sample_rate: int, speech: SpeechConfig
    ) -> SpeechRecognizer:
        """Makes a network that writes what is said.

        Args:
            vocabulary_size: Number of tokens.
            sample_rate: Samples in a second.
            speech: `SpeechConfig`.
        """
        return SpeechRecognizer(
            vocabulary_size,
            sample_rate=sample_rate,
            num_decoder_layers=self.decoder_layers or 0,
            **dataclasses.asdict(speech),
            **self._of_blocks(),
        )

    def sound_classifier(
        self, num_classes: int, sample_rate: int, speech: SpeechConfig
    ) -> SoundClassifier:
        """Makes a network that sorts sounds.

        Args:
            num_classes: Number of classes.
            sample_rate: Samples in a second.
            speech: `SpeechConfig`.
        """
        return SoundClassifier(
            num_classes,
            sample_rate=sample_rate,
            pooling=self.token_pooling,
            **dataclasses.asdict(speech),
            **self._of_blocks(),
        )

    def _check_patches(self, image_shape):
        height, width = image_shape[:2]
        if height % self.patch_size or width % self.patch_size:
            raise ValueError(
                f"`patch_size` must divide the images' {height}x{width} pixels. "
                f"Received: patch_size={self.patch_size}"
            )

    def _of_tokens(self):
        given = {"positions": self.positions, "window": self.window}
        return {**self._of_blocks(), **_without_none(given)}

    def _of_blocks(self) -> dict[str, typing.Any]:
        """Returns the arguments that all networks have."""
        # Rotary positions turn halves of a head.
        if self.hidden_size % (2 * self.num_heads):
            raise ValueError(
                "`hidden_size` must be an even multiple of `num_heads`. Received: "
                f"hidden_size={self.hidden_size}, num_heads={self.num_heads}"
            )
        given = {
            "feed_forward_size": self.feed_forward_size,
            "activation": self.feed_forward,
            "hidden_dropout": self.hidden_dropout,
            "norm_first": self.norm_first,
            "num_key_value_heads": self.key_value_heads,
            "lora_rank": self.lora_rank,
            "lora_alpha": self.lora_alpha,
        }
        if self.num_experts is not None:
            given["num_experts"] = self.num_experts
            given["experts_per_token"] = self.experts_per_token
        if self.remat:
            given["remat"] = True
        return {
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
            "norm": self.norm,
            "use_bias": self.use_bias,
            **_without_none(given),
        }


def _without_none(arguments):
    return {name: value for name, value in arguments.items() if value is not None}
