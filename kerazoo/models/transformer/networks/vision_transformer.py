"""A Transformer that sorts images into classes."""

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
class VisionTransformer(BlockNetwork):
    """Patches of an image through encoder blocks, their mean through a linear map.

    [Dosovitskiy et al., 2021](https://arxiv.org/abs/2010.11929), Section 3.1, with the
    mean of all patches in place of a class token, which
    [Beyer et al., 2022](https://arxiv.org/abs/2205.01580) found to be better, and
    learned positions.

    Args:
        num_classes: int. Number of classes K.
        patch_size: int. Side of a patch in pixels, a divisor of both sides.
        hidden_size: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        feed_forward_size: int or None. Width inside the feed-forward layers; None for
            4 D.
        dropout: float in [0, 1). Of patches, sublayers and feed-forward layers.
        activation: Name, that of `FeedForward`.
        norm_first: bool. Normalises before each sublayer, not after.
        **kwargs: Further arguments of the blocks: `norm`, `num_key_value_heads`,
            `use_bias`, `epsilon` and `hidden_dropout`; and those of a Keras model.

    Call arguments:
        inputs: images float `(B, H, W, C)`.
        training: bool or None. Drops out in training.

    Returns:
        float32 `(B, K)`, the logits of the classes.

    Raises:
        ValueError: If the sides are no multiples of the patch's, or an argument is out
            of its range.

    Example:

    ```python
    network = VisionTransformer(
        10, patch_size=4, hidden_size=32, num_layers=2, num_heads=4
    )
    network(np.ones((2, 28, 28, 1)))  # (2, 10)
    ```
    """

    def __init__(
        self,
        num_classes: int,
        patch_size: int = 4,
        hidden_size: int = 128,
        num_layers: int = 6,
        num_heads: int = 4,
        feed_forward_size: int | None = None,
        dropout: float = 0.1,
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
        policy = {"dtype": self.dtype_policy}
        self.num_classes = num_classes
        self.patch_size = patch_size
        self.patches = PatchEmbedding(hidden_size, patch_size, name="patches", **policy)
        self.dropout_layer = Dropout(dropout, name="dropout", **policy)
        self.encoder = self.make_stack(Encoder, "encoder")
        self.head = keras.layers.Dense(num_classes, dtype="float32", name="head")

    def build(self, inputs_shape):
        self.patches.build(inputs_shape)
        shape = self.patches.compute_output_shape(inputs_shape)
        self.positions = PositionEmbedding(
            shape[1], self.hidden_size, dtype=self.dtype_policy, name="positions"
        )
        self.positions.build((None,))
        self.encoder.build(shape)
        self.head.build((None, self.hidden_size))
        self.built = True

    def embed(self, images: Tensor) -> Tensor:
        """Returns the patches of images at their places, float `(B, T, D)`."""
        x = self.patches(images)
        return x + self.positions(ops.arange(x.shape[1]))

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        x = self.embed(inputs)
        x = self.encoder(self.dropout_layer(x, training=training), training=training)
        return self.head(ops.mean(ops.cast(x, "float32"), axis=1))

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "patch_size": self.patch_size,
        }
