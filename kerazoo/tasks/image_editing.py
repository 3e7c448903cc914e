"""Pictures of a model in all ways: new ones, their making, edits, what lies between."""

import dataclasses
import math
import typing

import numpy as np

from kerazoo.tasks.image_source import ImageSource
from kerazoo.tasks.image_source import Request
from kerazoo.tasks.image_source import pixel_distance
from kerazoo.tasks.image_source import sample
from kerazoo.tasks.image_source import to_bytes
from kerazoo.tasks.image_source import to_floats

_STATES = 10  # Of how an image is made, about.


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Pictures, and what is known about them.

    Attributes:
        images: uint8 array `(N, H, W, C)`.
        states: float array `(K, N, H, W, C)` in [-1, 1], how they came out of the noise
            or follow each other; None for neither.
        errors: How far edits are from what they keep, from 0 to 255, by name.
    """

    images: np.ndarray
    states: np.ndarray | None = None
    errors: dict[str, float] = dataclasses.field(default_factory=dict)


def interpolate(
    source: typing.Any, request: Request, count: int, ends: np.ndarray | None = None
) -> Pictures:
    """Makes what lies between two images, or between two latents of a GAN.

    Args:
        source: Open source of images that has `between`.
        request: `Request` of its family.
        count: Images, with both ends.
        ends: uint8 array `(2, H, W, C)`; None for latents.
    """
    pair = () if ends is None else (ends,)
    images = source.between(*pair, count, request)
    states = to_floats(images)[:, np.newaxis]
    if ends is None:
        return Pictures(images, states)
    error = pixel_distance(images[[0, -1]], ends)
    return Pictures(images, states, {"end_error": error})


def edit(
    source: typing.Any,
    request: Request,
    images: np.ndarray,
    mask: np.ndarray | None = None,
    strength: float = 0.5,
) -> Pictures:
    """Varies images, or generates what a mask leaves out.

    Args:
        source: Open source of images that has `edit`.
        request: `Request` of its family.
        images: uint8 array `(N, H, W, C)`.
        mask: float array `(N, H, W, 1)`, 1 where images are known, or None.
        strength: How much to change images without a mask, from 0 to 1.
    """
    if mask is None:
        options = {"images": images, "strength": np.float32(strength)}
        return Pictures(source.edit("edit", request, **options))
    found = source.edit("inpaint", request, images=images, mask=mask)
    return Pictures(found, None, {"known_error": pixel_distance(found, images, mask)})


def make_with_states(
    source: typing.Any, request: typing.Any, count: int, record_every: int | None = None
) -> Pictures:
    """Makes images, and shows how they come out of the noise.

    Args:
        source: Open source of images that has `states`.
        request: `Request` of its family, with `steps`.
        count: Number of images.
        record_every: Steps between two states. Default: as make about ten states.
    """
    every = record_every or math.ceil(request.steps / _STATES)
    states = source.states(count, request, every)
    return Pictures(to_bytes(states[-1]), states)


def make(source: ImageSource, request: Request, count: int) -> Pictures:
    """Makes new images.

    Args:
        source: `ImageSource`, open.
        request: `Request` of its family.
        count: Number of images.
    """
    return Pictures(sample(source, count, request))
