"""What makes images: an exported model, or the newest checkpoint of a run."""

import dataclasses
import typing

import numpy as np

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.training.batched_generation import generate_in_batches

BATCH_SIZE = 100  # As in training: the same seed, the same images.


@dataclasses.dataclass(frozen=True)
class Request:
    """What images to make, with a seed and a label for each.

    Attributes:
        seed: Equal requests give equal images.
        labels: int32 array `(count,)`, -1 for any class; None for models without
            classes.
    """

    seed: int
    labels: np.ndarray | None = None

    def summary(self) -> dict[str, typing.Any]:
        """Returns what results say about it."""
        return {"seed": self.seed}


class ImageSource(typing.Protocol):
    """Makes images; there is one of exports and one of runs in each family.

    Attributes:
        metadata: What was noted about the model in training: `image_shape`,
            `num_classes`, `class_names`, `dataset` and more.
        summary: Where the images come from, for results.
    """

    metadata: dict[str, typing.Any]
    summary: dict[str, typing.Any]

    def open(self, request: Request | None = None) -> None:
        """Loads the model.

        Args:
            request: What will be asked of it, to be checked.

        Raises:
            ValueError: If its files are missing or damaged, or it cannot make what is
                requested.
        """

    def sample(self, count: int, request: Request) -> np.ndarray:
        """Returns new images of one batch, uint8 `(count, H, W, C)`."""

    def denoising_errors(self, dataset: ImageDataset) -> dict[str, float]:
        """Returns how wrong estimates of images are, of models that make them."""


def sample(
    source: ImageSource, count: int, request: Request, batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Makes any number of images, batch by batch.

    Args:
        source: `ImageSource`, open.
        count: Number of images.
        request: Of the source's family.
        batch_size: Images at a time. Equal requests give equal images only of equal
            ones.

    Returns:
        uint8 array `(count, H, W, C)`.

    Example:

    ```python
    class Grey:
        def sample(self, count, request):
            return np.full((count, 8, 8, 1), 128, "uint8")

    sample(Grey(), 250, Request(seed=0)).shape  # (250, 8, 8, 1)
    ```
    """

    def make(size, seed, labels):
        part = dataclasses.replace(request, seed=seed, labels=labels)
        return source.sample(size, part)

    return generate_in_batches(make, count, request.seed, request.labels, batch_size)


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Returns images in [-1, 1] as uint8."""
    return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8)


def to_floats(images: np.ndarray) -> np.ndarray:
    """Returns uint8 images as float32 in [-1, 1]."""
    return images * np.float32(2 / 255) - np.float32(1)


def labels_in_turn(
    classes: typing.Sequence[int] | None, count: int
) -> np.ndarray | None:
    """Returns a label for each of so many images, int32 `(count,)`; None for none."""
    if classes is None:
        return None
    return np.resize(classes, count).astype("int32")


def pixel_distance(
    found: np.ndarray, images: np.ndarray, mask: np.ndarray | float = 1.0
) -> float:
    """Returns the root mean square difference of pixels, from 0 to 255.

    Args:
        found, images: uint8 arrays of one shape.
        mask: Weights of the pixels, of a shape that broadcasts to theirs.
    """
    weights = np.broadcast_to(mask, images.shape)
    squares = np.square(found.astype(float) - images)
    return float(np.sqrt((weights * squares).sum() / max(weights.sum(), 1)))
