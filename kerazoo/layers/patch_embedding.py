"""Linear embedding of patches."""

import math
import typing

import keras

from kerazoo.layers.patches import extract_patches
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class PatchEmbedding(keras.layers.Layer):
    """Cuts images or sounds into patches and maps each linearly to a token.

    The first layer of [Dosovitskiy et al., 2021](https://arxiv.org/abs/2010.11929),
    Equation 1, without class token and positions.

    Args:
        units: int. Features D of a token.
        patch_size: int or tuple of `rank` ints. Sizes of a patch.
        rank: int. Spatial dimensions: 1 for sounds, 2 for images, 3 for videos.

    Call arguments:
        inputs: float `(B, ..., C)` with `rank` spatial dimensions.

    Returns:
        float `(B, T, D)`, the T patches in row-major order.

    Raises:
        ValueError: If the inputs have another rank, or a spatial size is not a multiple
            of the patch's.

    Example:

    ```python
    PatchEmbedding(64, patch_size=4)(np.ones((2, 32, 32, 3)))  # (2, 64, 64)
    ```
    """

    def __init__(
        self,
        units: int,
        patch_size: int | tuple[int, ...],
        rank: int = 2,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        sizes = (patch_size,) * rank if isinstance(patch_size, int) else patch_size
        if len(sizes) != rank or min(sizes, default=0) < 1:
            raise ValueError(
                "`patch_size` must be a positive int or one for each of `rank` >= 1 "
                f"dimensions. Received: patch_size={patch_size}, rank={rank}"
            )
        self.units = units
        self.patch_size = tuple(sizes)
        self.rank = rank

    def build(self, inputs_shape):
        self._check_sizes(inputs_shape)
        features = math.prod(self.patch_size) * inputs_shape[-1]
        self.projection = keras.layers.Dense(
            self.units, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build((inputs_shape[0], None, features))

    def call(self, inputs: Tensor) -> Tensor:
        self._check_sizes(inputs.shape)
        return self.projection(extract_patches(inputs, self.patch_size))

    def compute_output_shape(self, inputs_shape):
        sizes = tuple(inputs_shape[1:-1])
        tokens = None
        if None not in sizes:
            tokens = math.prod(
                size // patch for size, patch in zip(sizes, self.patch_size)
            )
        return (inputs_shape[0], tokens, self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "patch_size": self.patch_size,
            "rank": self.rank,
        }

    def _check_sizes(self, shape):
        sizes = tuple(shape[1:-1])
        if len(sizes) != self.rank:
            raise ValueError(
                f"`inputs` must have {self.rank} spatial dimensions between batch and "
                f"channels. Received: inputs.shape={tuple(shape)}, rank={self.rank}"
            )
        for size, patch in zip(sizes, self.patch_size):
            if size is not None and size % patch:
                raise ValueError(
                    f"The spatial sizes must be multiples of {self.patch_size}. "
                    f"Received: sizes={sizes}"
                )
