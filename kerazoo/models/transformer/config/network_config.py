"""Which Transformer learns."""

import dataclasses
import typing

from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder
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
        decoder_layers: Translators: blocks of the decoder, if not `num_layers`.
        token_pooling: Classifiers of texts: what is taken of each feature over the
            tokens, `"mean"` or `"max"`.
        patch_size: Images: side of a patch in pixels.

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
        height, width = image_shape[:2]
        if height % self.patch_size or width % self.patch_size:
            raise ValueError(
                f"`patch_size` must divide the images' {height}x{width} pixels. "
                f"Received: patch_size={self.patch_size}"
            )
        return VisionTransformer(
            num_classes, patch_size=self.patch_size, **self._of_blocks()
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
        }
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
