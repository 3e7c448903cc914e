"""The augmentation of StyleGAN2-ADA."""

import math
import typing

import keras
import numpy as np
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gan.augmentation.gather_pixels import gather_pixels
from kerazoo.models.gan.augmentation.uniforms import integers
from kerazoo.models.gan.augmentation.uniforms import normals
from kerazoo.models.gan.augmentation.uniforms import split_uniforms

_GROUPS = {
    "blit": ("x_flip", "rotate_90", "integer_translation"),
    "geometry": (
        "scale",
        "rotation",
        "anisotropic_scale",
        "rotation",
        "fractional_translation",
    ),
    "color": ("brightness", "contrast", "luma_flip", "hue", "saturation"),
}


@keras.saving.register_keras_serializable(package="kerazoo")
class AffineColorAugment:
    r"""Moves, turns, stretches and recolours images, differentiably.

    Of [Karras et al., 2020](https://arxiv.org/abs/2006.06676), Appendix B, in this
    order, with n standard normal:

    | group | transformation |
    | --- | --- |
    | blit | `x_flip`: left to right, with a chance of 1/2 |
    | | `rotate_90`: by 0 to 3 quarter turns |
    | | `integer_translation`: whole pixels, up to 1/8 of width and of height |
    | geometry | `scale`: by \(2^{0.2 n}\) |
    | | `rotation`: by any angle, before and after the next |
    | | `anisotropic_scale`: width by \(2^{0.2 n}\), height by the inverse |
    | | `fractional_translation`: \(n / 8\) of the width, and of the height |
    | color | `brightness`: adds \(0.2 n\) |
    | | `contrast`: times \(2^{0.5 n}\) |
    | | `luma_flip`: mirrors the mean of the channels about 0, with a chance of 1/2 |
    | | `hue`: turns colours about the grey axis by any angle |
    | | `saturation`: distance from the grey axis times \(2^n\) |

    Each transformation is applied to the examples whose uniform number for it is below
    `probability` p, and each of the two rotations where it is below
    \(1 - \sqrt{1 - p}\), so that p of the examples turn. With 0 images stay as they
    are.

    The movements of an example are one matrix, and it is sampled once, bilinearly,
    mirrored at its edges, as often as needed. Unlike in the paper, no low-pass filter
    precedes the sampling: shrunk images alias. The changes of colour are one matrix
    too. Grey images stay grey: hue and saturation do not change them.

    All randomness comes in by `uniforms`, so that equal numbers give equal images
    however a batch is split.

    Args:
        policy: tuple of str. Groups of transformations. Their order has no effect.
        exclude: tuple of str. Transformations to leave out, as those that change what
            an image means: `("x_flip", "rotate_90", "rotation")` for digits.

    Call arguments:
        images: float `(B, H, W, C)` in [-1, 1]; C is 1 or 3 where colours change.
        uniforms: float32 `(B, num_uniforms)` in [0, 1), uniformly distributed.
        probability: float or scalar tensor in [0, 1].

    Returns:
        `(B, H, W, C)` of the type of `images`.

    Raises:
        ValueError: If a group or a transformation is unknown, or if `images` or
            `uniforms` has another shape.

    Example:

    ```python
    augment = AffineColorAugment(exclude=("x_flip",))
    uniforms = keras.random.uniform((8, augment.num_uniforms))
    augment(np.zeros((8, 32, 32, 3), "float32"), uniforms, 0.3)  # (8, 32, 32, 3)
    ```
    """

    def __init__(
        self,
        policy: typing.Sequence[str] = ("blit", "geometry", "color"),
        exclude: typing.Sequence[str] = (),
    ):
        if not set(policy) <= set(_GROUPS):
            raise ValueError(
                f"`policy` must consist of {tuple(_GROUPS)}. Received: policy={policy}"
            )
        known = {**_MOVEMENTS, **_RECOLORINGS}
        if not set(exclude) <= set(known):
            raise ValueError(
                f"`exclude` must consist of {tuple(known)}. Received: exclude={exclude}"
            )
        self.policy = policy
        self.exclude = exclude
        self._names = [
            name
            for group, names in _GROUPS.items()
            if group in policy
            for name in names
            if name not in exclude
        ]
        self._sizes = [known[name][1] for name in self._names]
        self.num_uniforms = len(self._sizes) + sum(self._sizes)

    def __call__(
        self, images: Tensor, uniforms: Tensor, probability: float | Tensor = 1.0
    ) -> Tensor:
        images = ops.convert_to_tensor(images)
        dtype = keras.backend.result_type(images.dtype, "float32")
        outputs = ops.cast(images, dtype)
        movement, recoloring = self._matrices(
            ops.cast(uniforms, dtype), ops.cast(probability, dtype), images.shape[1:3]
        )
        if movement is not None:
            outputs = _resampled(outputs, movement)
        if recoloring is not None:
            outputs = _recolored(outputs, recoloring)
        return ops.cast(outputs, images.dtype)

    def get_config(self):
        return {"policy": self.policy, "exclude": self.exclude}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def _matrices(self, uniforms, probability, size):
        """Returns the matrices of each example's movement and recolouring, or None.

        The first, `(B, 3, 3)`, takes `(x, y, 1)` of a place in the output, in pixels
        from the centre, to that in the image; the second, `(B, 4, 4)`, takes
        `(red, green, blue, 1)` of the image to that of the output.
        """
        movement = recoloring = None
        for name, (gates, values) in zip(
            self._names, split_uniforms(uniforms, self._sizes)
        ):
            if name == "rotation":
                applied = gates < 1 - ops.sqrt(1 - probability)
            else:
                applied = gates < probability
            if name in _MOVEMENTS:
                matrix = _or_identity(applied, _MOVEMENTS[name][0](values, size))
                # The inverses, and so the last transformation is undone first.
                movement = _product(movement, matrix)
            else:
                matrix = _or_identity(applied, _RECOLORINGS[name][0](values))
                recoloring = _product(matrix, recoloring)
        return movement, recoloring


def _or_identity(applied, matrix):
    identity = ops.eye(matrix.shape[-1], dtype=matrix.dtype)
    return ops.where(applied[:, None, None], matrix, identity)


def _product(left, right):
    if left is None or right is None:
        return right if left is None else left
    # Not a matrix product, which accelerators may compute with 10 bits.
    return ops.sum(left[:, :, :, None] * right[:, None, :, :], axis=2)


def _resampled(images, movement):
    height, width = images.shape[1:3]
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    movement = movement[:, :2, :, None, None]  # (B, 2, 3, 1, 1)
    x = ops.arange(width, dtype=images.dtype) - center_x
    y = ops.arange(height, dtype=images.dtype)[:, None] - center_y
    place = movement[:, :, 0] * x + movement[:, :, 1] * y + movement[:, :, 2]
    x, y = place[:, 0] + center_x, place[:, 1] + center_y  # (B, H, W)
    left, top = ops.floor(x), ops.floor(y)
    right_share, bottom_share = x - left, y - top
    # The four pixels around a place, (B, 4, H, W).
    columns = ops.stack([left, left + 1, left, left + 1], axis=1)
    rows = ops.stack([top, top, top + 1, top + 1], axis=1)
    shares = ops.stack(
        [
            (1 - right_share) * (1 - bottom_share),
            right_share * (1 - bottom_share),
            (1 - right_share) * bottom_share,
            right_share * bottom_share,
        ],
        axis=1,
    )
    pixels = gather_pixels(images, _mirrored(rows, height), _mirrored(columns, width))
    return ops.sum(shares[..., None] * pixels, axis=1)


def _mirrored(index, size):
    """Returns int32 in [0, size) of whole numbers, mirrored at the outer pixels."""
    period = max(2 * (size - 1), 1)
    index = ops.mod(ops.cast(index, "int32"), period)
    return ops.minimum(index, period - index) if size > 1 else index


def _recolored(images, recoloring):
    channels = images.shape[-1]
    if channels not in (1, 3):
        raise ValueError(
            "`images` must have 1 or 3 channels for changes of colour. "
            f"Received: images.shape={tuple(images.shape)}"
        )
    matrix = recoloring[:, :3]  # (B, 3, 4)
    if channels == 1:
        factor = ops.sum(matrix[:, :, :3], axis=2)  # (B, 3)
        matrix = ops.stack([factor, matrix[:, :, 3]], axis=2)
        matrix = ops.mean(matrix, axis=1, keepdims=True)  # (B, 1, 2)
    matrix = matrix[:, None, None]
    outputs = matrix[..., channels]
    for channel in range(channels):
        outputs = outputs + images[..., channel, None] * matrix[..., channel]
    return outputs


# Movements take uniform numbers `(B, size)` and the images' height and width, and
# return the inverse, `(B, 3, 3)`: where the place (x, y, 1) of the output comes from.


def _x_flip(values, size):
    sign = 1 - 2 * integers(values[:, 0], 2)
    return _scaling(ops.cast(sign, values.dtype), 1.0)


def _rotate_90(values, size):
    turns = integers(values[:, 0], 4)
    cosine = ops.cast(ops.take([1, 0, -1, 0], turns), values.dtype)
    sine = ops.cast(ops.take([0, 1, 0, -1], turns), values.dtype)
    return _turn(cosine, sine)


def _integer_translation(values, size):
    share = (2 * values - 1) / 8
    return _shift(ops.round(share[:, 0] * size[1]), ops.round(share[:, 1] * size[0]))


def _scale(values, size):
    inverse = 1 / _power_of_two(values[:, 0], 0.2)
    return _scaling(inverse, inverse)


def _rotation(values, size):
    angle = math.pi * (2 * values[:, 0] - 1)
    return _turn(ops.cos(angle), ops.sin(angle))


def _anisotropic_scale(values, size):
    wider = _power_of_two(values[:, 0], 0.2)
    return _scaling(1 / wider, wider)


def _fractional_translation(values, size):
    share = normals(values) / 8
    return _shift(share[:, 0] * size[1], share[:, 1] * size[0])


def _scaling(x, y):
    return _rows((x, 0.0, 0.0), (0.0, y, 0.0))


def _turn(cosine, sine):
    """Returns the inverse of a turn against the clock, as images are looked at."""
    return _rows((cosine, -sine, 0.0), (sine, cosine, 0.0))


def _shift(right, down):
    return _rows((1.0, 0.0, -right), (0.0, 1.0, -down))


def _rows(*rows):
    """Returns `(B, 3, 3)` of two rows of numbers or `(B,)`."""
    numbers = [number for row in (*rows, (0.0, 0.0, 1.0)) for number in row]
    zeros = next(ops.zeros_like(n) for n in numbers if not isinstance(n, float))
    return ops.reshape(ops.stack([n + zeros for n in numbers], axis=1), (-1, 3, 3))


def _power_of_two(values, deviation):
    """Returns 2 to the power of normal numbers of this standard deviation."""
    return ops.exp(math.log(2) * deviation * normals(values))


# Recolourings take uniform numbers `(B, 1)` and return `(B, 4, 4)`, what becomes of
# (red, green, blue, 1).


def _brightness(values):
    return _combined(_IDENTITY, (0.2 * normals(values), _ADD))


def _contrast(values):
    return _combined(_ONE, (_power_of_two(values, 0.5), _IDENTITY - _ONE))


def _luma_flip(values):
    flip = ops.cast(integers(values, 2), values.dtype)
    return _combined(_IDENTITY, (-2 * flip, _GREY))


def _hue(values):
    angle = math.pi * (2 * values - 1)
    return _combined(_ONE + _GREY, (ops.cos(angle), _CHROMA), (ops.sin(angle), _CROSS))


def _saturation(values):
    return _combined(_ONE + _GREY, (_power_of_two(values, 1), _CHROMA))


def _combined(kept, *changes):
    """Returns `kept` and the matrices of the changes times their factors `(B, 1)`."""
    dtype = changes[0][0].dtype
    return sum(
        (factor[..., None] * ops.cast(matrix, dtype) for factor, matrix in changes),
        ops.cast(kept, dtype),
    )


# The last column is added. Grey is the part along (1, 1, 1), chroma the part across,
# and cross the vector product of the unit vector of grey with a colour.
_IDENTITY = np.eye(4)
_ONE = np.diag([0.0, 0.0, 0.0, 1.0])
_ADD = np.outer([1, 1, 1, 0], [0, 0, 0, 1])
_GREY = np.outer([1, 1, 1, 0], [1, 1, 1, 0]) / 3
_CHROMA = _IDENTITY - _ONE - _GREY
_CROSS = np.zeros((4, 4))
_CROSS[:3, :3] = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)

# Functions, and how many values each takes.
_MOVEMENTS = {
    "x_flip": (_x_flip, 1),
    "rotate_90": (_rotate_90, 1),
    "integer_translation": (_integer_translation, 2),
    "scale": (_scale, 1),
    "rotation": (_rotation, 1),
    "anisotropic_scale": (_anisotropic_scale, 1),
    "fractional_translation": (_fractional_translation, 2),
}
_RECOLORINGS = {
    "brightness": (_brightness, 1),
    "contrast": (_contrast, 1),
    "luma_flip": (_luma_flip, 1),
    "hue": (_hue, 1),
    "saturation": (_saturation, 1),
}
