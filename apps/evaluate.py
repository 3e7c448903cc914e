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

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import adopt
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

adopt(generation, data)
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
        from kerazoo.data.images.loading import load
        from kerazoo.evaluation.images import ImageEvaluation
        from kerazoo.tasks import image_measuring
        from kerazoo.tasks import image_source

    count, folder = generation.COUNT.value, _IMAGES.value
    with errors.user_errors():
        if folder:
            dataset = load(*named_dataset({}))
            images, labels = read_folder_like(dataset, folder)
        else:
            source = sources.find_source(count)
            metadata = source.metadata
            shape = metadata["image_shape"]
            dataset = image_measuring.load_like(shape, *named_dataset(metadata))
            classes = metadata["num_classes"] and range(metadata["num_classes"])
            request = sources.make_request(metadata, count, classes)
            source.open(request)
        evaluation = ImageEvaluation(dataset, data.EXTRACTOR.value)
        if not evaluation.is_possible:
            raise ValueError(
                f"--feature_extractor={data.EXTRACTOR.value} leaves nothing to compare "
                "images by: datasets without labels need inception."
            )
        if folder:
            measured = evaluation.measure(image_source.to_floats(images), labels)
            about = {"dataset": dataset.name, "images": len(images), "folder": folder}
            result = {**measured, **about}
        else:
            result = image_measuring.measure_source(
                source, dataset, evaluation, request, count, run_flags.BATCH_SIZE.value
            )
    print(json.dumps(result))


def check_flags():
    """Refuses flags that have no meaning with others, and unknown datasets."""
    checks.check_model()
    if data.DATASET.value is not None:
        data.check_dataset()
    for name in _OF_MODELS if _IMAGES.value else ():
        if _FLAGS[name].present:
            raise ValueError(f"--{name} has no meaning with --images.")


def named_dataset(metadata):
    """Returns name, folder and image size of the flags, or else of a model's data."""
    noted = {} if data.DATASET.present else metadata
    name, data_dir, image_size = (
        holder.value if holder.present else noted.get(holder.name)
        for holder in (data.DATASET, data.DATA_DIR, data.IMAGE_SIZE)
    )
    return name or "digits", data_dir, image_size


if __name__ == "__main__":
    launch(main, DEFAULTS)
