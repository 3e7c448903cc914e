r"""Measures an exported model, or a folder of images, against a dataset.

    python -m apps.evaluate
    python -m apps.evaluate --saved_model=saved_models/diffusion_digits --steps=10
    python -m apps.evaluate --workdir=runs/diffusion/digits --sampler=ddpm --steps=1000
    python -m apps.evaluate --saved_model=saved_models/gan_digits --truncation=0.7
    python -m apps.evaluate --images=DIR --dataset=digits
    python -m apps.evaluate --saved_model=saved_models/transformer_trec --data_dir=trec
    python -m apps.evaluate --saved_model=saved_models/dqn_cartpole --episodes=100

Models that answer are measured by what training holds out, or with --part=all by other
data that has labels: classes by accuracy, precision, recall and F1 of each class and
what was taken for what; values by errors and R2; translations by BLEU and chrF;
transcripts by wrong words and characters; links by AUC and AP; language models by the
perplexity of lines; policies by their returns.

Images that a model makes, or those of a folder, are measured by FID, KID, precision,
recall, density, coverage; with labels by the share of images that a classifier takes
for what was asked for, the classes that occur and the inception score; a diffusion
model's --workdir by the denoising error at noise levels from low to high, too.
Compare results of one `feature_extractor` and one number of images.
"""

import json

from absl import flags

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import MODEL
from apps.cli.sections import section
from apps.evaluation import answers
from apps.evaluation import flags as evaluation
from apps.generation import checks
from apps.generation import flags as generation
from apps.generation import sources
from apps.shared_flags import data
from kerazoo.data.images.image_paths import image_paths
from kerazoo.runs.rounding import rounded

_FLAGS = flags.FLAGS
section(MODEL)
_IMAGES = flags.DEFINE_string(
    "images",
    None,
    "Folder of images to measure in place of a model's: all in it, or in one folder "
    "for each class, with its name or its number from 0.",
)

adopt(generation, data, evaluation)
declare(run_flags.BATCH_SIZE)

DEFAULTS = {
    **generation.DEFAULTS,
    "batch_size": generation.BATCH_SIZE,
    "count": 2_000,
    **evaluation.DEFAULTS,
}
TABLES = {
    **generation.TABLES,
    "texts": {
        **generation.TABLES["texts"],
        **evaluation.TEXTS,
        "batch_size": "Images made at a time; another number makes other images.",
        "count": "Images to make and measure.",
        "data_dir": f"{data.IMAGES_DIR} Default: that of the model's training.",
        "dataset": (
            f"What to compare with: {data.IMAGES} Default: that of the model's "
            "training; with --images digits."
        ),
        "flip": "Without effect: a dataset is measured as it is.",
        "image_size": (
            "Height and width to bring the dataset's images to, in pixels. Default: "
            "those of the model's."
        ),
    },
}
OF_IMAGES = (  # What only models take that make images.
    *("count", "feature_extractor", "flip", "image_size"),
    *(name for names in generation.OF_FAMILIES.values() for name in names),
)
_OF_MODELS = (
    *("batch_size", "count", "saved_model", "seed", "workdir"),
    *(name for names in generation.OF_FAMILIES.values() for name in names),
)


def main():
    with errors.user_errors():
        check_flags()
        export = find_export()
        answers.check_flags(export and export.kind, OF_IMAGES)
    measure_images() if export is None else answers.main(export)


def find_export():
    """Returns the export that answers, or None for one that makes images."""
    if _IMAGES.value or run_flags.WORKDIR.value:
        return None
    return answers.find_export()


def measure_images():
    """Measures images, and prints a line of JSON."""
    if data.DATASET.value is not None:
        with errors.user_errors():
            data.check_dataset()
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
    print(json.dumps(rounded(result)))


def check_flags():
    """Refuses flags that have no meaning with others."""
    checks.check_model()
    for name in _OF_MODELS if _IMAGES.value else ():
        if _FLAGS[name].present:
            raise ValueError(f"--{name} has no meaning with --images.")
    if _IMAGES.value:
        image_paths(_IMAGES.value)


def named_dataset(metadata):
    """Returns name, folder and image size of the flags, or else of a model's data."""
    noted = {} if data.DATASET.present else metadata
    name, data_dir, image_size = (
        holder.value if holder.present else noted.get(holder.name)
        for holder in (data.DATASET, data.DATA_DIR, data.IMAGE_SIZE)
    )
    name = name or ("folder" if data.DATA_DIR.present else "digits")
    return name, data_dir, image_size


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
