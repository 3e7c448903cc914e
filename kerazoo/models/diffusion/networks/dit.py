"""Diffusion transformer: denoises images as sequences of patches."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.adaptive_layer_normalization import AdaptiveLayerNormalization
from kerazoo.layers.patch_embedding import PatchEmbedding
from kerazoo.layers.patches import merge_patches
from kerazoo.layers.sinusoidal_embedding import SinusoidalEmbedding
from kerazoo.models.diffusion.networks.conditioning import Conditioning
from kerazoo.models.diffusion.networks.dit_block import DiTBlock
from kerazoo.models.diffusion.networks.split_inputs import split_inputs


@keras.saving.register_keras_serializable(package="kerazoo")
class DiT(keras.Model):
    """Transformer over patches, each block modulated by noise level and class.

    The network of [Peebles & Xie, 2023](https://arxiv.org/abs/2212.09748) with
    adaLN-zero blocks, Section 3.2: patches are embedded linearly, fixed sinusoids of
    their row and column are added, and a last linear map turns each token into a patch.
    The gates of the blocks and the last map start at zero, so the untrained network
    returns zeros. DiT-S/2 of the paper is `DiT(384, 12, 6)`.

    Args:
        hidden_size: int. Features D of a token, a multiple of `num_heads` and of
            `2 * rank`.
        depth: int. Number of blocks.
        num_heads: int. Heads of the attention.
        mlp_ratio: float. Width of the hidden layers as a multiple of D.
        patch_size: int or tuple of `rank` ints. Sizes of a patch.
        rank: int. Spatial dimensions: 1 for sounds, 2 for images, 3 for videos.
        dropout: float in [0, 1). Dropout rate in the perceptrons of the blocks.
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
        ValueError: If a spatial size is not a multiple of the patch's, `hidden_size`
            cannot be split, or labels are missing or not expected.

    Example:

    ```python
    network = DiT(hidden_size=64, depth=2, num_heads=4, num_classes=10)
    x, c_noise, labels = np.ones((2, 32, 32, 1)), np.zeros(2), np.array([3, 10])
    network([x, c_noise, labels])  # (2, 32, 32, 1)
    ```
    """

    def __init__(
        self,
        hidden_size: int = 384,
        depth: int = 12,
        num_heads: int = 6,
        mlp_ratio: float = 4.0,
        patch_size: int | tuple[int, ...] = 2,
        rank: int = 2,
        dropout: float = 0.0,
        num_classes: int | None = None,
        out_channels: int | None = None,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        # c_noise must not lose bits: each layer casts what it needs.
        super().__init__(autocast=False, **kwargs)
        if hidden_size % (2 * rank) or hidden_size % num_heads:
            raise ValueError(
                "`hidden_size` must be a multiple of `2 * rank` and of `num_heads`. "
                f"Received: hidden_size={hidden_size}, rank={rank}, "
                f"num_heads={num_heads}"
            )
        self.hidden_size = hidden_size
        self.depth = depth
        self.num_heads = num_heads
        self.mlp_ratio = mlp_ratio
        self.patch_size = (
            patch_size if isinstance(patch_size, int) else tuple(patch_size)
        )
        self.rank = rank
        self.dropout = dropout
        self.num_classes = num_classes
        self.out_channels = out_channels
        self.seed = seed

    def build(self, inputs_shape):
        x_shape, *_ = inputs_shape
        size = self.hidden_size
        tokens_shape, condition_shape = (None, None, size), (None, size)
        self.conditioning = Conditioning(
            size,
            256,
            self.num_classes,
            initializer=keras.initializers.RandomNormal(stddev=0.02),
            dtype=self.dtype_policy,
            name="conditioning",
        )
        self.conditioning.build((None,))
        self.patch_embedding = PatchEmbedding(
            size,
            self.patch_size,
            self.rank,
            dtype=self.dtype_policy,
            name="patch_embedding",
        )
        self.patch_embedding.build(x_shape)
        self.coordinates = SinusoidalEmbedding(
            size // self.rank, dtype=self.dtype_policy, name="coordinates"
        )
        self.blocks = []
        for index in range(self.depth):
            block = DiTBlock(
                self.num_heads,
                self.mlp_ratio,
                self.dropout,
                seed=None if self.seed is None else self.seed + index,
                dtype=self.dtype_policy,
                name=f"block_{index}",
            )
            block.build(tokens_shape, condition_shape)
            self.blocks.append(block)
        self.output_norm = AdaptiveLayerNormalization(
            dtype=self.dtype_policy, name="output_norm"
        )
        self.output_norm.build(tokens_shape, condition_shape)
        patch_positions = math.prod(self.patch_embedding.patch_size)
        self.output_dense = keras.layers.Dense(
            patch_positions * (self.out_channels or x_shape[-1]),
            kernel_initializer="zeros",
            # The last sums decide the accuracy of the samples and cost little.
            dtype=self.variable_dtype,
            name="output_dense",
        )
        self.output_dense.build(tokens_shape)

    def call(self, inputs, training=None):
        x, c_noise, labels = split_inputs(inputs)
        condition = self.conditioning(c_noise, labels)
        patch_size, sizes = self.patch_embedding.patch_size, ops.shape(x)[1:-1]
        grid = [size // patch for size, patch in zip(sizes, patch_size)]
        tokens = self.patch_embedding(x) + self._positions(grid)
        for block in self.blocks:
            tokens = block(tokens, condition, training=training)
        patches = self.output_dense(self.output_norm(tokens, condition))
        return merge_patches(patches, patch_size, sizes)

    def compute_output_shape(self, inputs_shape):
        x_shape = inputs_shape[0]
        return (*x_shape[:-1], self.out_channels or x_shape[-1])

    def compute_output_spec(self, inputs, training=None):
        shape = self.compute_output_shape([tensor.shape for tensor in inputs])
        return keras.KerasTensor(shape, dtype=self.variable_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_size": self.hidden_size,
            "depth": self.depth,
            "num_heads": self.num_heads,
            "mlp_ratio": self.mlp_ratio,
            "patch_size": self.patch_size,
            "rank": self.rank,
            "dropout": self.dropout,
            "num_classes": self.num_classes,
            "out_channels": self.out_channels,
            "seed": self.seed,
        }

    def _positions(self, grid):
        """Returns `(T, D)`, the sinusoids of each axis's coordinate side by side."""
        parts = []
        for axis, size in enumerate(grid):
            waves = self.coordinates(ops.arange(size))
            ones = [1] * len(grid)
            ones[axis] = size
            waves = ops.reshape(waves, (*ones, waves.shape[-1]))
            parts.append(ops.broadcast_to(waves, (*grid, waves.shape[-1])))
        return ops.reshape(ops.concatenate(parts, axis=-1), (-1, self.hidden_size))
