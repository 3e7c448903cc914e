"""U-Net that denoises images, sounds or videos."""

import typing

import keras
from keras import ops

from kerazoo.models.diffusion.networks.conditioning import Conditioning
from kerazoo.models.diffusion.networks.split_inputs import split_inputs
from kerazoo.models.diffusion.networks.u_net_layers import UNetLayers


@keras.saving.register_keras_serializable(package="kerazoo")
class UNet(keras.Model):
    """Residual U-Net with attention at its coarse levels.

    The network of [Ho et al., 2020](https://arxiv.org/abs/2006.11239), Appendix B: a
    level per width, each of some residual blocks; between levels a strided convolution
    on the way down, and nearest neighbours with a convolution on the way up, where
    every block also sees the activations of its mirror image on the way down. The
    convolutions that end a residual branch, and the last one, start at zero, so the
    untrained network returns zeros. Labels are embedded as in
    [Dhariwal & Nichol, 2021](https://arxiv.org/abs/2105.05233), Section 3.

    Args:
        widths: Tuple of int. Channels of each level, finest first, multiples of
            `groups` and more than them.
        blocks_per_level: int. Residual blocks of a level on the way down; one more on
            the way up.
        attention_levels: Tuple of int. Levels whose blocks are followed by attention;
            -1 is the coarsest.
        middle_attention: bool. Attention between the two blocks at the bottom.
        head_size: int. Channels of each head of the attention.
        rank: 1, 2 or 3. Spatial dimensions: sounds, images, videos.
        kernel_size: int or tuple of `rank` ints. Kernel of all convolutions but the
            shortcuts.
        strides: int or tuple of `rank` ints. Ratio of a level's sizes to
            the next level's.
        groups: int. Groups of the normalizations.
        dropout: float in [0, 1). Dropout rate of the residual blocks.
        num_classes: int or None. Number of classes; None for a network without labels.
        out_channels: int or None. Channels of the outputs; None for those of the
            inputs.
        seed: int or None. Seed of the dropout.

    Call arguments:
        inputs: list `[x, c_noise]`, with classes `[x, c_noise, labels]`: x float
            `(B, ..., C)` with `rank` spatial dimensions; c_noise float `(B,)`, the
            logarithm of the noise-to-signal ratio over 4; labels int `(B,)`, with
            `num_classes` for "no label".

    Returns:
        float32 `(B, ..., out_channels)`.

    Raises:
        ValueError: If the spatial sizes are not multiples of `strides` to the power of
            the levels less one, or labels are missing or not expected.

    Example:

    ```python
    network = UNet(widths=(32, 64, 64), num_classes=10)
    x, c_noise, labels = np.ones((2, 32, 32, 1)), np.zeros(2), np.array([3, 10])
    network([x, c_noise, labels])  # (2, 32, 32, 1)
    ```
    """

    def __init__(
        self,
        widths: typing.Sequence[int] = (32, 64, 64),
        blocks_per_level: int = 2,
        attention_levels: typing.Sequence[int] = (-1,),
        middle_attention: bool = True,
        head_size: int = 8,
        rank: int = 2,
        kernel_size: int | tuple[int, ...] = 3,
        strides: int | tuple[int, ...] = 2,
        groups: int = 8,
        dropout: float = 0.0,
        num_classes: int | None = None,
        out_channels: int | None = None,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        # c_noise must not lose bits: each layer casts what it needs.
        super().__init__(autocast=False, **kwargs)
        for level in attention_levels:
            if not -len(widths) <= level < len(widths):
                raise ValueError(
                    "`attention_levels` must be indices of `widths`. Received: "
                    f"attention_levels={attention_levels}, widths={widths}"
                )
        if min(widths) <= groups:
            raise ValueError(
                "`widths` must be larger than `groups`: channels normalized one by one "
                "lose what noise level and label add. Received: "
                f"widths={tuple(widths)}, groups={groups}"
            )
        if blocks_per_level < 1:
            raise ValueError(
                "`blocks_per_level` must be positive. "
                f"Received: blocks_per_level={blocks_per_level}"
            )
        if rank not in (1, 2, 3):
            raise ValueError(f"`rank` must be 1, 2 or 3. Received: rank={rank}")
        self.widths = tuple(widths)
        self.blocks_per_level = blocks_per_level
        self.attention_levels = tuple(attention_levels)
        self.middle_attention = middle_attention
        self.head_size = head_size
        self.rank = rank
        self.kernel_size = _plain(kernel_size)
        self.strides = _plain(strides)
        self.groups = groups
        self.dropout = dropout
        self.num_classes = num_classes
        self.out_channels = out_channels
        self.seed = seed

    @property
    def factors(self) -> tuple[int, ...]:
        """Tuple of `rank` ints: the spatial sizes must be multiples of them."""
        return tuple(stride ** (len(self.widths) - 1) for stride in self._axis_strides)

    @property
    def _axis_strides(self):
        one_for_all = isinstance(self.strides, int)
        return (self.strides,) * self.rank if one_for_all else self.strides

    def build(self, inputs_shape):
        x_shape, *_ = inputs_shape
        self._check_sizes(x_shape)
        first = self.widths[0]
        layers = UNetLayers(
            self.rank,
            self.kernel_size,
            self.groups,
            self.head_size,
            self.dropout,
            embedding_size=4 * first,
            seed=self.seed,
            dtype=self.dtype_policy,
        )
        self.conditioning = Conditioning(
            layers.embedding_size,
            first,
            self.num_classes,
            dtype=self.dtype_policy,
            name="conditioning",
        )
        self.conditioning.build((None,))
        self.input_conv = layers.convolution("input_conv", first, x_shape[-1])

        channels, skips = first, [first]
        self.down_levels = []
        for level, width in enumerate(self.widths):
            blocks = []
            for index in range(self.blocks_per_level):
                name = f"down_{level}_{index}"
                blocks.append(self._block(layers, name, level, channels, width))
                channels = width
                skips.append(channels)
            resize = None
            if level < len(self.widths) - 1:
                resize = layers.convolution(
                    f"downsample_{level}", width, width, strides=self.strides
                )
                skips.append(channels)
            self.down_levels.append((blocks, resize))

        middle_attention = None
        before = layers.residual("middle_0", channels, channels)
        if self.middle_attention:
            middle_attention = layers.attention("middle_attention", channels)
        after = layers.residual("middle_1", channels, channels)
        self.middle = [before, middle_attention, after]

        self.up_levels = []
        for level, width in reversed(list(enumerate(self.widths))):
            blocks = []
            for index in range(self.blocks_per_level + 1):
                name, in_channels = f"up_{level}_{index}", channels + skips.pop()
                blocks.append(self._block(layers, name, level, in_channels, width))
                channels = width
            resize = None
            if level:
                resize = layers.convolution(f"upsample_{level}", width, width)
            self.up_levels.append((blocks, resize))

        self.output_norm = layers.normalization("output_norm", channels)
        self.output_conv = layers.convolution(
            "output_conv",
            self.out_channels or x_shape[-1],
            channels,
            kernel_initializer="zeros",
            # The last sums decide the accuracy of the samples and cost little.
            dtype=self.variable_dtype,
        )

    def call(self, inputs, training=None):
        x, c_noise, labels = split_inputs(inputs)
        self._check_sizes(x.shape)
        embedding = self.conditioning(c_noise, labels)
        hidden = self.input_conv(x)
        skips = [hidden]
        for blocks, resize in self.down_levels:
            for residual, attention in blocks:
                hidden = residual(hidden, embedding, training=training)
                hidden = attention(hidden) if attention else hidden
                skips.append(hidden)
            if resize:
                hidden = resize(hidden)
                skips.append(hidden)
        first, attention, second = self.middle
        hidden = first(hidden, embedding, training=training)
        hidden = attention(hidden) if attention else hidden
        hidden = second(hidden, embedding, training=training)
        for blocks, resize in self.up_levels:
            for residual, attention in blocks:
                hidden = ops.concatenate([hidden, skips.pop()], axis=-1)
                hidden = residual(hidden, embedding, training=training)
                hidden = attention(hidden) if attention else hidden
            if resize:
                hidden = resize(self._enlarge(hidden))
        return self.output_conv(self.output_norm(hidden))

    def compute_output_shape(self, inputs_shape):
        x_shape = inputs_shape[0]
        return (*x_shape[:-1], self.out_channels or x_shape[-1])

    def compute_output_spec(self, inputs, training=None):
        shape = self.compute_output_shape([tensor.shape for tensor in inputs])
        return keras.KerasTensor(shape, dtype=self.variable_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "widths": self.widths,
            "blocks_per_level": self.blocks_per_level,
            "attention_levels": self.attention_levels,
            "middle_attention": self.middle_attention,
            "head_size": self.head_size,
            "rank": self.rank,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "groups": self.groups,
            "dropout": self.dropout,
            "num_classes": self.num_classes,
            "out_channels": self.out_channels,
            "seed": self.seed,
        }

    def _check_sizes(self, x_shape):
        sizes = tuple(x_shape[1:-1])
        if len(sizes) != self.rank:
            raise ValueError(
                f"`x` must have {self.rank} spatial dimensions between batch and "
                f"channels. Received: x.shape={tuple(x_shape)}, rank={self.rank}"
            )
        for size, factor in zip(sizes, self.factors):
            if size is not None and size % factor:
                raise ValueError(
                    f"The spatial sizes of `x` must be multiples of {self.factors}, "
                    f"for {len(self.widths)} levels with strides {self.strides}. "
                    f"Received: sizes={sizes}"
                )

    def _enlarge(self, x):
        """Repeats each position along each spatial dimension."""
        for axis, stride in enumerate(self._axis_strides, start=1):
            if stride > 1:
                x = ops.repeat(x, stride, axis=axis)
        return x

    def _block(self, layers, name, level, in_channels, width):
        """Returns a residual block and, where its level has any, attention."""
        residual, attention = layers.residual(name, in_channels, width), None
        if level in {index % len(self.widths) for index in self.attention_levels}:
            attention = layers.attention(f"{name}_attention", width)
        return residual, attention


def _plain(size):
    """Returns an int or a tuple of int, also of the list that a config holds."""
    return size if isinstance(size, int) else tuple(size)
