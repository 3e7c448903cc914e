r"""Measures the images of a diffusion model, a GAN or a folder against a dataset.

    python -m apps.evaluate
    python -m apps.evaluate --saved_model=saved_models/diffusion_digits --steps=10
    python -m apps.evaluate --workdir=runs/diffusion/digits --sampler=ddpm --steps=1000
    python -m apps.evaluate --saved_model=saved_models/gan_digits --truncation=0.7
    python -m apps.evaluate --images=DIR --dataset=digits

FID, KID, precision, recall, density, coverage; with labels the share of images that a
classifier takes for what was asked for, the classes that occur and the inception score;
of a diffusion model's --workdir the denoising error at noise levels from low to high.
Compare results of one `feature_extractor` and one number of images.
"""

import json
import time

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.generation import checks
from apps.generation import flags as generation
from apps.generation import sources
from apps.shared_flags import data

_FLAGS = flags.FLAGS
_IMAGES = flags.DEFINE_string(
    "images",
    None,
    "Folder of images to measure in place of a model's: all in it, or in one folder "
    "for each class, with its name or its number from 0.",
)

flags.adopt_module_key_flags(generation)
flags.adopt_module_key_flags(data)
declare(run_flags.BATCH_SIZE)

DEFAULTS = {
    **generation.DEFAULTS,
    "batch_size": generation.BATCH_SIZE,
    "count": 2_000,
}
_OF_MODELS = (
    *("batch_size", "count", "saved_model", "seed", "workdir"),
    *(name for names in generation.OF_FAMILIES.values() for name in names),
)


def main():
    with errors.user_errors():
        check_flags()
    with errors.heavy_imports("diffusion"):
        from kerazoo.data.images.folder_like import read_folder_like
        from kerazoo.evaluation.images.image_evaluation import ImageEvaluation
        from kerazoo.tasks import image_source

    with errors.user_errors():
        if _IMAGES.value:
            dataset = load_images({})
            images, labels = read_folder_like(dataset, _IMAGES.value)
            summary = {"images": len(images), "folder": _IMAGES.value}
            images = image_source.to_floats(images)
        else:
            dataset, source, request = prepare_model()
        evaluation = ImageEvaluation(dataset, data.EXTRACTOR.value)
        if not evaluation.is_possible:
            raise ValueError(
                f"--feature_extractor={data.EXTRACTOR.value} leaves nothing to compare "
                "images by: datasets without labels need inception."
            )
    if not _IMAGES.value:
        images, labels, summary = make_images(dataset, source, request)
        summary |= source.denoising_errors(dataset)
    with errors.user_errors():  # Too few images.
        measured = evaluation.measure(images, labels)
    print(json.dumps({**measured, "dataset": dataset.name, **summary}))


def check_flags():
    """Refuses flags that have no meaning with others, and unknown datasets."""
    checks.check_model()
    if data.DATASET.value is not None:
        data.check_dataset()
    for name in _OF_MODELS if _IMAGES.value else ():
        if _FLAGS[name].present:
            raise ValueError(f"--{name} has no meaning with --images.")


def load_images(metadata):
    """Returns the dataset of the flags, by default that of a model's metadata."""
    from kerazoo.data.images.loading import load

    noted = {} if data.DATASET.present else metadata
    name, data_dir, image_size = (
        holder.value if holder.present else noted.get(holder.name)
        for holder in (data.DATASET, data.DATA_DIR, data.IMAGE_SIZE)
    )
    return load(name or "digits", data_dir, image_size)


def prepare_model():
    """Returns the dataset, what makes images like its, and the request for them."""
    count = generation.COUNT.value
    source = sources.find_source(count)
    metadata = source.metadata
    dataset = load_images(metadata)
    expected = tuple(metadata["image_shape"])
    if dataset.image_shape != expected:
        shapes = ["x".join(map(str, s)) for s in (dataset.image_shape, expected)]
        raise ValueError(
            f"--dataset={dataset.name} has images of {shapes[0]}, the model makes "
            f"{shapes[1]}: give its --dataset and --image_size."
        )
    classes = metadata["num_classes"] and range(metadata["num_classes"])
    request = sources.make_request(metadata, count, classes)
    source.open(request)
    return dataset, source, request


def make_images(dataset, source, request):
    """Returns images of a model, the classes asked for or None, and a summary.

    Args:
        dataset: `ImageDataset`.
        source: `ImageSource`.
        request: `Request`.

    Returns:
        float32 array `(N, H, W, C)` in [-1, 1]; int array `(N,)` or None; dict.
    """
    from kerazoo.tasks import image_source

    start = time.perf_counter()
    images = image_source.sample(
        source, generation.COUNT.value, request, run_flags.BATCH_SIZE.value
    )
    seconds = time.perf_counter() - start
    has_its_classes = dataset.num_classes == source.metadata["num_classes"]
    summary = {
        "images": len(images),
        **request.summary(),
        "images_per_second": len(images) / seconds,
        **source.summary,
    }
    labels = request.labels if has_its_classes else None
    return image_source.to_floats(images), labels, summary


if __name__ == "__main__":
    launch(main, DEFAULTS)
