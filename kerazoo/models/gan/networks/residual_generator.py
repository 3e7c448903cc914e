"""The generator of R3GAN."""

import typing

import keras
from keras import ops

from kerazoo.models.gan.networks.conditioning import LabelledLatents
from kerazoo.models.gan.networks.conditioning import split_labels
from kerazoo.models.gan.networks.residual_block import ResidualBlock
from kerazoo.models.gan.networks.sizes import halvings


@keras.saving.register_keras_serializable(package="kerazoo")
class ResidualGenerator(keras.Model):
    """Residual blocks from a latent to an image, without normalisation.

    The generator of [Huang et al., 2024](https://arxiv.org/abs/2501.05441), Section
    3.3: learned smallest maps, scaled channel by channel by a linear map of the latent;
    blocks at each size, bilinear interpolation between sizes.

    Args:
        image_shape: `(H, W, C)`, sides even and at least 6.
        latent_size: int. Size Z of a latent.
        base_width: int. Channels at the full size; twice as many at each smaller one,
            four times at most.
        blocks_per_level: int. Residual blocks at each size.
        expansion: float. See `ResidualBlock`.
        groups: int. See `ResidualBlock`.
        num_classes: int or None. Classes of the images, whose embeddings are appended
            to the latents.

    Call arguments:
        inputs: latents float `(B, Z)`; with classes `[latents, labels]`, labels int
            `(B,)`.

    Returns:
        float `(B, H, W, C)`, not bounded.

    Raises:
        ValueError: If the sides cannot be halved, or labels are missing or not
            expected.

    Example:

    ```python
    generator = ResidualGenerator((28, 28, 1), latent_size=64, base_width=32)
    generator(np.zeros((2, 64)))  # (2, 28, 28, 1)
    ```
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        latent_size: int,
        base_width: int = 64,
        blocks_per_level: int = 1,
        expansion: float = 1.0,
        groups: int = 1,
        num_classes: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        self.latent_size = latent_size
        self.base_width = base_width
        self.blocks_per_level = blocks_per_level
        self.expansion = expansion
        self.groups = groups
        self.num_classes = num_classes
        count = halvings(image_shape)
        self.widths = [base_width * min(2**k, 4) for k in reversed(range(count + 1))]
        policy = {"dtype": self.dtype_policy}
        depth = (count + 1) * blocks_per_level
        self.label = LabelledLatents(num_classes, **policy)
        self.scale = keras.layers.Dense(self.widths[0], **policy)
        self.levels = [
            [
                ResidualBlock(expansion, groups, depth, **policy)
                for _ in range(blocks_per_level)
            ]
            for _ in self.widths
        ]
        self.changes = [
            keras.layers.Conv2D(width, 1, use_bias=False, **policy)
            if width != before
            else keras.layers.Identity(**policy)
            for before, width in zip(self.widths, self.widths[1:])
        ]
        self.upsampling = keras.layers.UpSampling2D(
            2, interpolation="bilinear", **policy
        )
        self.last = keras.layers.Conv2D(
            self.image_shape[-1], 1, use_bias=False, **policy
        )

    def build(self, inputs_shape):
        height, width, _ = self.image_shape
        count = len(self.widths) - 1
        self.label.build((None, self.latent_size))
        size = self.latent_size
        if self.num_classes is not None:
            size += self.label.embedding.output_dim
        self.scale.build((None, size))
        self.basis = self.add_weight(
            shape=(height >> count, width >> count, self.widths[0]),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="basis",
        )
        for k, (blocks, channels) in enumerate(zip(self.levels, self.widths)):
            shape = (None, height >> (count - k), width >> (count - k), channels)
            for block in blocks:
                block.build(shape)
            if k < count:
                self.changes[k].build(shape)
        self.last.build(shape)
        self.built = True

    def call(self, inputs, training=False):
        latents = self.label(*split_labels(inputs, self.num_classes))
        basis = ops.cast(self.basis, self.compute_dtype)
        x = basis * self.scale(latents)[:, None, None, :]
        for k, blocks in enumerate(self.levels):
            for block in blocks:
                x = block(x)
            if k < len(self.changes):
                x = self.upsampling(self.changes[k](x))
        return self.last(x)

    def get_config(self):
        return {
            **super().get_config(),
            "image_shape": self.image_shape,
            "latent_size": self.latent_size,
            "base_width": self.base_width,
            "blocks_per_level": self.blocks_per_level,
            "expansion": self.expansion,
            "groups": self.groups,
            "num_classes": self.num_classes,
        }
