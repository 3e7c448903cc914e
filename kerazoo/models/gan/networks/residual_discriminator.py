"""The discriminator of R3GAN."""

import typing

import keras
from keras import ops

from kerazoo.models.gan.networks.conditioning import ProjectionHead
from kerazoo.models.gan.networks.conditioning import first_shape
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.residual_block import ResidualBlock
from kerazoo.models.gan.networks.sizes import halvings


@keras.saving.register_keras_serializable(package="kerazoo")
class ResidualDiscriminator(keras.Model):
    """Residual blocks from an image to a logit, without normalisation.

    The discriminator of [Huang et al., 2024](https://arxiv.org/abs/2501.05441), Section
    3.3, the mirror image of `ResidualGenerator`: blocks at each size, means of 2x2
    between sizes, then one weighted sum of each smallest map.

    Args:
        base_width: int. Channels at the full size; twice as many at each smaller one,
            four times at most.
        blocks_per_level: int. Residual blocks at each size.
        expansion: float. See `ResidualBlock`.
        groups: int. See `ResidualBlock`.
        num_classes: int or None. Classes of the images; the logit is then a projection
            on an embedding of the label.

    Call arguments:
        inputs: images float `(B, H, W, C)`, sides even and at least 6; with classes
            `[images, labels]`, labels int `(B,)`.

    Returns:
        float32 `(B,)`, the logits.

    Raises:
        ValueError: If the sides cannot be halved, or labels are missing or not
            expected.

    Example:

    ```python
    ResidualDiscriminator(base_width=32)(np.zeros((2, 28, 28, 1)))  # (2,)
    ```
    """

    def __init__(
        self,
        base_width: int = 64,
        blocks_per_level: int = 1,
        expansion: float = 1.0,
        groups: int = 1,
        num_classes: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.base_width = base_width
        self.blocks_per_level = blocks_per_level
        self.expansion = expansion
        self.groups = groups
        self.num_classes = num_classes
        self.pooling = keras.layers.AveragePooling2D(2, dtype=self.dtype_policy)
        self.head = ProjectionHead(num_classes)

    def build(self, inputs_shape):
        policy = {"dtype": self.dtype_policy}
        shape = first_shape(inputs_shape, self.num_classes)
        count = halvings(shape[1:])
        _, height, width, channels = shape
        widths = [self.base_width * min(2**k, 4) for k in range(count + 1)]
        self.first = keras.layers.Conv2D(widths[0], 1, use_bias=False, **policy)
        self.first.build((None, height, width, channels))
        self.levels, self.changes = [], []
        for k, channels in enumerate(widths):
            shape = (None, height >> k, width >> k, channels)
            depth = len(widths) * self.blocks_per_level
            blocks = [
                ResidualBlock(self.expansion, self.groups, depth, **policy)
                for _ in range(self.blocks_per_level)
            ]
            for block in blocks:
                block.build(shape)
            self.levels.append(blocks)
            if k < count and widths[k + 1] != channels:
                change = keras.layers.Conv2D(widths[k + 1], 1, use_bias=False, **policy)
                change.build((None, height >> (k + 1), width >> (k + 1), channels))
            else:
                change = keras.layers.Identity(**policy)
            self.changes.append(change)
        self.basis = self.add_weight(
            shape=shape[1:],
            initializer=keras.initializers.RandomNormal(
                stddev=(shape[1] * shape[2]) ** -0.5
            ),
            name="basis",
        )
        self.head.build((None, widths[-1]))
        self.built = True

    def call(self, inputs, training=False):
        x, labels = split_labels(inputs, self.num_classes)
        x = self.first(x)
        for k, (blocks, change) in enumerate(zip(self.levels, self.changes)):
            for block in blocks:
                x = block(x)
            if k < len(self.levels) - 1:
                x = change(self.pooling(x))
        features = ops.sum(x * ops.cast(self.basis, x.dtype), axis=(1, 2))
        return self.head(features, labels)

    def get_config(self):
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "blocks_per_level": self.blocks_per_level,
            "expansion": self.expansion,
            "groups": self.groups,
            "num_classes": self.num_classes,
        }
