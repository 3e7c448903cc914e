"""The augmentation of DiffAugment."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gan.augmentation.gather_pixels import gather_pixels
from kerazoo.models.gan.augmentation.uniforms import integers
from kerazoo.models.gan.augmentation.uniforms import split_uniforms


@keras.saving.register_keras_serializable(package="kerazoo")
class DiffAugment:
    r"""Changes colours, shifts images and cuts out squares, differentiably.

    Of [Zhao et al., 2020](https://arxiv.org/abs/2006.10738), Section 3, with the ranges
    of its published code, each number uniform in its own:

    | policy | transformation |
    | --- | --- |
    | color | brightness: adds a number in [-0.5, 0.5) |
    | | saturation: distance from the mean of the channels times one in [0, 2) |
    | | contrast: distance from the image's mean times one in [0.5, 1.5) |
    | translation | shifts by up to 1/8 of height and of width, fills with zeros |
    | cutout | sets a window of half the height and width to 0; it may overlap edges |

    The ranges are meant for values in [-1, 1], which results may leave. Each
    transformation is applied to the examples whose uniform number for it is below
    `probability`: with 1 to all of them, as published, with 0 to none.

    All randomness comes in by `uniforms`, so that equal numbers give equal images
    however a batch is split.

    Args:
        policy: tuple of str. Groups of transformations, applied in this order.

    Call arguments:
        images: float `(B, H, W, C)` in [-1, 1].
        uniforms: float32 `(B, num_uniforms)` in [0, 1), uniformly distributed.
        probability: float or scalar tensor in [0, 1].

    Returns:
        `(B, H, W, C)` of the type of `images`.

    Raises:
        ValueError: If a policy is unknown, or `uniforms` has another shape.

    Example:

    ```python
    augment = DiffAugment(policy=("color", "translation"))
    uniforms = keras.random.uniform((8, augment.num_uniforms))
    augment(np.zeros((8, 32, 32, 3), "float32"), uniforms)  # (8, 32, 32, 3)
    ```
    """

    def __init__(
        self, policy: typing.Sequence[str] = ("color", "translation", "cutout")
    ):
        unknown = [name for name in policy if name not in _POLICIES]
        if unknown:
            raise ValueError(
                f"`policy` must consist of {tuple(_POLICIES)}. "
                f"Received: policy={policy!r}"
            )
        self.policy = policy
        self._transformations = [
            transformation for name in policy for transformation in _POLICIES[name]
        ]
        self.num_uniforms = sum(1 + size for _, size in self._transformations)

    def __call__(
        self, images: Tensor, uniforms: Tensor, probability: float | Tensor = 1.0
    ) -> Tensor:
        images = ops.convert_to_tensor(images)
        dtype = keras.backend.result_type(images.dtype, "float32")
        uniforms = ops.cast(uniforms, dtype)
        probability = ops.cast(probability, dtype)
        sizes = [size for _, size in self._transformations]
        outputs = ops.cast(images, dtype)
        for (function, _), (gates, values) in zip(
            self._transformations, split_uniforms(uniforms, sizes)
        ):
            outputs = function(outputs, gates < probability, values)
        return ops.cast(outputs, images.dtype)

    def get_config(self):
        return {"policy": self.policy}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


# Each function takes images `(B, H, W, C)`, bool `(B,)`, whether it is applied, and
# uniform numbers `(B, size)`.


def _brightness(images, applied, values):
    return images + _per_image(ops.where(applied, values[:, 0] - 0.5, 0.0))


def _saturation(images, applied, values):
    factor = ops.where(applied, 2 * values[:, 0], 1.0)
    return _scale_about(ops.mean(images, axis=3, keepdims=True), images, factor)


def _contrast(images, applied, values):
    factor = ops.where(applied, 0.5 + values[:, 0], 1.0)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return _scale_about(mean, images, factor)


def _scale_about(mean, images, factor):
    # Not mean + factor (images - mean), which rounds for a factor of 1.
    factor = _per_image(factor)
    return factor * images + (1 - factor) * mean


def _translation(images, applied, values):
    kept, places = [], []
    for axis in (0, 1):
        size = images.shape[1 + axis]
        max_shift = _rounded(size / 8)
        shift = integers(values[:, axis], 2 * max_shift + 1) - max_shift
        shift = ops.where(applied, shift, 0)
        place = ops.arange(size, dtype="int32") - shift[:, None]  # (B, size)
        kept.append((place >= 0) & (place < size))
        places.append(ops.clip(place, 0, size - 1))
    moved = gather_pixels(images, places[0][:, :, None], places[1][:, None])
    kept = kept[0][:, :, None] & kept[1][:, None]  # (B, H, W)
    return ops.where(kept[..., None], moved, ops.zeros_like(moved))


def _cutout(images, applied, values):
    cut = []
    for axis in (0, 1):
        size = images.shape[1 + axis]
        length = _rounded(size / 2)
        # Centres are all pixels, and the far edge too where the window has no centre.
        start = integers(values[:, axis], size + 1 - length % 2) - length // 2
        place = ops.arange(size, dtype="int32") - start[:, None]  # (B, size)
        cut.append((place >= 0) & (place < length))
    cut = cut[0][:, :, None] & cut[1][:, None] & applied[:, None, None]  # (B, H, W)
    return ops.where(cut[..., None], ops.zeros_like(images), images)


def _per_image(values):
    return ops.reshape(values, (-1, 1, 1, 1))


def _rounded(size):
    return int(size + 0.5)


# Pairs of a function and its number of values.
_POLICIES = {
    "color": ((_brightness, 1), (_saturation, 1), (_contrast, 1)),
    "translation": ((_translation, 2),),
    "cutout": ((_cutout, 2),),
}
