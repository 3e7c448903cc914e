"""Images, sounds and videos as sequences of patches, and back."""

import math

from keras import ops

from kerazoo.layers.tensor import Tensor


def extract_patches(x: Tensor, patch_size: tuple[int, ...]) -> Tensor:
    """Cuts `x` into patches that do not overlap.

    Args:
        x: float `(B, ..., C)` with as many spatial dimensions as `patch_size` has
            entries, each a multiple of its entry.
        patch_size: tuple of int. Sizes of a patch.

    Returns:
        float `(B, T, P * C)`, T patches in row-major order of P positions each, whose
        channels stand side by side.

    Example:

    ```python
    extract_patches(np.ones((2, 32, 32, 3)), (4, 4))  # (2, 64, 48)
    ```
    """
    rank, channels = len(patch_size), x.shape[-1]
    shape = ops.shape(x)
    split = [
        part
        for size, patch in zip(shape[1:-1], patch_size)
        for part in (size // patch, patch)
    ]
    x = ops.reshape(x, (shape[0], *split, channels))
    grid = range(1, 2 * rank, 2)
    within = range(2, 2 * rank + 1, 2)
    x = ops.transpose(x, (0, *grid, *within, 2 * rank + 1))
    return ops.reshape(
        x, (shape[0], math.prod(split[::2]), math.prod(patch_size) * channels)
    )


def merge_patches(
    patches: Tensor, patch_size: tuple[int, ...], sizes: tuple[int, ...]
) -> Tensor:
    """Puts patches together again, the inverse of `extract_patches`.

    Args:
        patches: float `(B, T, P * C)`.
        patch_size: tuple of int. Sizes of a patch, of product P.
        sizes: tuple of int. Spatial sizes of the result.

    Returns:
        float `(B, *sizes, C)`.

    Example:

    ```python
    merge_patches(np.ones((2, 64, 48)), (4, 4), (32, 32))  # (2, 32, 32, 3)
    ```
    """
    rank, channels = len(patch_size), patches.shape[-1] // math.prod(patch_size)
    batch = ops.shape(patches)[0]
    grid = [size // patch for size, patch in zip(sizes, patch_size)]
    x = ops.reshape(patches, (batch, *grid, *patch_size, channels))
    pairs = [axis for index in range(1, rank + 1) for axis in (index, index + rank)]
    x = ops.transpose(x, (0, *pairs, 2 * rank + 1))
    return ops.reshape(x, (batch, *sizes, channels))
