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

from apps import data_flags as data
from apps import flags as shared
from apps import image_data
from apps import runner
from apps import served

with runner.heavy_imports("diffusion"):
    import numpy as np

    from apps import image_families as families
    from apps import image_sources as sources
    from kerazoo.data.images.image_folder import image_folder

_FLAGS = flags.FLAGS
_IMAGES = flags.DEFINE_string(
    "images",
    None,
    "Folder of images to measure in place of a model's: all in it, or in one folder "
    "for each class, with its name or its number from 0.",
)

flags.adopt_module_key_flags(served)
flags.adopt_module_key_flags(data)
flags.adopt_module_key_flags(image_data)
_OF_MODELS = (
    *("batch_size", "count", "saved_model", "seed", "workdir"),
    *(name for family in families.FAMILIES.values() for name in family.FLAGS),
)
_DATA_FLAGS = ("dataset", "data_dir", "image_size")  # That a model's metadata has.
for _name in _OF_MODELS:
    flags.declare_key_flag(_name)

DEFAULTS = {
    **families.DEFAULTS,
    "batch_size": sources.BATCH_SIZE,
    "count": 2_000,
}


def main(_):
    with runner.user_errors():
        served.refuse_other_flags(__name__)
        if _IMAGES.value:
            dataset, images, labels, summary = read_folder()
        else:
            dataset, source, request = prepare_model()
        evaluation = image_data.ImageEvaluation(dataset)
        if not evaluation.is_possible:
            raise ValueError(
                f"--feature_extractor={image_data.EXTRACTOR.value} leaves nothing to "
                "compare images by: datasets without labels need inception."
            )
    if not _IMAGES.value:
        images, labels, summary = make_images(dataset, source, request)
        summary |= source.denoising_errors(dataset)
    with runner.user_errors():  # Too few images.
        measured = evaluation.measure(sources.to_floats(images), labels)
    print(json.dumps({**measured, "dataset": dataset.name, **summary}))


def read_folder():
    """Returns the dataset, the images of `--images`, their classes and a summary."""
    for name in _OF_MODELS:
        if _FLAGS[name].present:
            raise ValueError(f"--{name} has no meaning with --images.")
    dataset = image_data.load_images()
    height, width, channels = dataset.image_shape
    folder = image_folder(_IMAGES.value, (height, width))
    if folder.image_shape[-1] > channels:
        raise ValueError(
            f"--images={_IMAGES.value} has colours, but --dataset={dataset.name} grey "
            "images."
        )
    images = np.concatenate([folder.train_images, folder.test_images])
    images = np.broadcast_to(images, (len(images), *dataset.image_shape))
    labels = None
    if folder.class_names and dataset.num_classes:
        numbers = sources.class_numbers(dataset.num_classes, dataset.class_names)
        for name in folder.class_names:
            if name not in numbers:
                raise ValueError(
                    f"--images={_IMAGES.value} has a folder {name}, which is no class "
                    f"of --dataset={dataset.name}."
                )
        classes = np.array([numbers[name] for name in folder.class_names])
        labels = classes[np.concatenate([folder.train_labels, folder.test_labels])]
    return dataset, images, labels, {"images": len(images), "folder": _IMAGES.value}


def prepare_model():
    """Returns the dataset, what makes images like its, and the request for them."""
    source = families.make_source()
    metadata = source.metadata
    if not _FLAGS["dataset"].present:
        noted = {name: metadata.get(name) for name in _DATA_FLAGS}
        runner.set_defaults({k: v for k, v in noted.items() if v is not None})
    dataset = image_data.load_images()
    expected = tuple(metadata["image_shape"])
    if dataset.image_shape != expected:
        shapes = ["x".join(map(str, s)) for s in (dataset.image_shape, expected)]
        raise ValueError(
            f"--dataset={dataset.name} has images of {shapes[0]}, the model makes "
            f"{shapes[1]}: give its --dataset and --image_size."
        )
    classes = metadata["num_classes"] and range(metadata["num_classes"])
    request = families.make_request(metadata, sources.COUNT.value, classes)
    source.open()
    return dataset, source, request


def make_images(dataset, source, request):
    """Returns images of a model, the classes asked for or None, and a summary."""
    start = time.perf_counter()
    images = sources.sample(
        source, sources.COUNT.value, request, shared.BATCH_SIZE.value
    )
    seconds = time.perf_counter() - start
    same_classes = dataset.num_classes == source.metadata["num_classes"]
    summary = {
        "images": len(images),
        **request.summary(),
        "images_per_second": len(images) / seconds,
        **source.summary,
    }
    return images, request.labels if same_classes else None, summary


if __name__ == "__main__":
    runner.launch(main, DEFAULTS)
