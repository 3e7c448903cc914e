"""A Transformer that paints hidden patches of images."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.patch_embedding import PatchEmbedding
from kerazoo.layers.position_embedding import PositionEmbedding
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.block_network import BlockNetwork


@keras.saving.register_keras_serializable(package="kerazoo")
class MaskedAutoencoder(BlockNetwork):
    """Encoder blocks read a few patches of an image, others paint the rest.

    [He et al., 2021](https://arxiv.org/abs/2111.06377), Section 3: the encoder, that of
    a `VisionTransformer`, sees only the visible patches; a small decoder gets its
    outputs, and one learned vector for all that is hidden, at their places. Patches,
    positions and encoder have the names of those of `VisionTransformer`.

    Args:
        patch_size: int. Side of a patch in pixels, a divisor of both sides.
        mask_share: float in (0, 1). Share of the patches that are hidden.
        hidden_size: int. Width D, of the decoder, too.
        num_layers: int. Number of blocks of the encoder.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        num_decoder_layers: int. Number of blocks of the decoder.
        dropout: float in [0, 1). Of patches, sublayers and feed-forward layers.
        activation: Name, that of `FeedForward`.
        norm_first: bool. Normalises before each sublayer, not after.
        **kwargs: Further arguments of the blocks: `norm`, `num_key_value_heads`,
            `use_bias`, `epsilon` and `hidden_dropout`; and those of a Keras model.

    Call arguments:
        inputs: The pair of images float `(B, H, W, C)` and an order of their T patches,
            int `(B, T)`: the first ones are visible.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, M, P * C)`, the pixels of the M hidden patches, in this order.

    Raises:
        ValueError: If the sides are no multiples of the patch's, or an argument is out
            of its range.

    Example:

    ```python
    network = MaskedAutoencoder(
        patch_size=4, hidden_size=32, num_layers=2, num_heads=4
    )
    order = np.random.default_rng(0).permuted([np.arange(49)] * 2, axis=1)
    network([np.ones((2, 28, 28, 1)), order])  # (2, 37, 16)
    ```
    """

    def __init__(
        self,
        patch_size: int = 4,
        mask_share: float = 0.75,
        hidden_size: int = 128,
        num_layers: int = 6,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        num_decoder_layers: int = 1,
        dropout: float = 0.0,
        activation: str = "gelu",
        norm_first: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(
            hidden_size,
            num_layers,
            num_heads,
            feed_forward_size,
            dropout,
            activation=activation,
            norm_first=norm_first,
            **kwargs,
        )
        if not 0 < mask_share < 1:
            raise ValueError(
                "`mask_share` must be between 0 and 1. "
                f"Received: mask_share={mask_share}"
            )
        policy = {"dtype": self.dtype_policy}
        self.patch_size = patch_size
        self.mask_share = mask_share
        self.num_decoder_layers = num_decoder_layers
        self.patches = PatchEmbedding(hidden_size, patch_size, name="patches", **policy)
        self.dropout_layer = Dropout(dropout, name="dropout", **policy)
        self.encoder = self.make_stack(Encoder, "encoder")
        self.painter = self.make_stack(Encoder, "painter", num_decoder_layers)

    def build(self, inputs_shape):
        images_shape = inputs_shape[0]
        self.patches.build(images_shape)
        shape = self.patches.compute_output_shape(images_shape)
        policy = {"dtype": self.dtype_policy}
        size = self.hidden_size
        self.positions = PositionEmbedding(shape[1], size, name="positions", **policy)
        self.painter_positions = PositionEmbedding(
            shape[1], size, name="painter_positions", **policy
        )
        self.hidden_patch = PositionEmbedding(1, size, name="hidden_patch", **policy)
        for layer in (self.positions, self.painter_positions, self.hidden_patch):
            layer.build((None,))
        self.encoder.build(shape)
        self.painter.build(shape)
        pixels = self.patch_size**2 * images_shape[-1]
        self.head = keras.layers.Dense(pixels, dtype="float32", name="head")
        self.head.build((None, None, size))
        self.built = True

    def call(
        self, inputs: tuple[Tensor, Tensor], training: bool | None = None
    ) -> Tensor:
        images, order = inputs
        count = self.num_visible(order.shape[1])
        x = self._placed(images)
        x = ops.take_along_axis(x, order[:, :count, None], axis=1)
        x = self.encoder(self.dropout_layer(x, training=training), training=training)
        hidden = ops.zeros_like(order[:, count:])
        x = ops.concatenate([x, ops.cast(self.hidden_patch(hidden), x.dtype)], axis=1)
        x = x + ops.cast(self.painter_positions(order), x.dtype)
        x = self.painter(x, training=training)
        return self.head(ops.cast(x[:, count:], "float32"))

    def num_visible(self, num_patches: int) -> int:
        """Returns how many of so many patches are visible, one at least."""
        return max(1, math.floor((1 - self.mask_share) * num_patches))

    def embed(self, images: Tensor) -> Tensor:
        """Returns a vector of each image, float32 `(B, D)`: the mean of its states."""
        return ops.mean(ops.cast(self.encoder(self._placed(images)), "float32"), axis=1)

    def get_config(self):
        return {
            **super().get_config(),
            "patch_size": self.patch_size,
            "mask_share": self.mask_share,
            "num_decoder_layers": self.num_decoder_layers,
        }

    def _placed(self, images):
        x = self.patches(images)
        return x + self.positions(ops.arange(x.shape[1]))
