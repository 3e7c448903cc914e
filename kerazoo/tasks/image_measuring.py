"""How good the images of a trained model are."""

import os
import time
import typing

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.loading import load
from kerazoo.evaluation.images.image_evaluation import ImageEvaluation
from kerazoo.tasks.image_source import ImageSource
from kerazoo.tasks.image_source import Request
from kerazoo.tasks.image_source import sample
from kerazoo.tasks.image_source import to_floats


def load_like(
    image_shape: tuple[int, ...],
    dataset: str,
    data_dir: str | os.PathLike | None = None,
    image_size: int | tuple[int, int] | None = None,
) -> ImageDataset:
    """Reads the dataset that a model's images are compared with.

    Args:
        image_shape: `(H, W, C)` of the model's images.
        dataset, data_dir, image_size: See `kerazoo.data.images.loading.load`. Pictures
            of a folder are brought to the size of the model's, where none is given.

    Raises:
        ValueError: If its images have another shape.
    """
    if dataset == "folder" and image_size is None:
        image_size = image_shape[0], image_shape[1]
    found = load(dataset, data_dir, image_size)
    if found.image_shape != tuple(image_shape):
        shapes = ["x".join(map(str, s)) for s in (found.image_shape, image_shape)]
        raise ValueError(
            f"The dataset has images of {shapes[0]}, the model makes {shapes[1]}: give "
            f"its `dataset` and `image_size`. Received: dataset={found.name}"
        )
    return found


def measure_source(
    source: ImageSource,
    dataset: ImageDataset,
    evaluation: ImageEvaluation,
    request: Request,
    count: int,
    batch_size: int = 100,
) -> dict[str, typing.Any]:
    """Makes images of a model and measures them.

    Args:
        source: `ImageSource`, open.
        dataset: `ImageDataset` to compare with.
        evaluation: `ImageEvaluation` of it.
        request: What to make.
        count: Number of images.
        batch_size: Images at a time.

    Returns:
        dict of the measures, of what was made and how fast, and for a diffusion model
        of the denoising errors.

    Raises:
        ValueError: If there are too few images to measure.
    """
    start = time.perf_counter()
    images = sample(source, count, request, batch_size)
    seconds = time.perf_counter() - start
    has_its_classes = dataset.num_classes == source.metadata["num_classes"]
    labels = request.labels if has_its_classes else None
    return {
        **evaluation.measure(to_floats(images), labels),
        "dataset": dataset.name,
        "images": len(images),
        **request.summary(),
        "images_per_second": len(images) / seconds,
        **source.summary,
        **source.denoising_errors(dataset),
    }
