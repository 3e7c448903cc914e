"""Which flags of GANs go together, and whether their data is there."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.nearest import nearest
from apps.cli.parsers import keys_of
from apps.shared_flags import data
from kerazoo.tasks.image_sizes import sizes_of_gan

MIXTURES = keys_of("kerazoo.data.gaussian_mixture", "MIXTURES")

# What only some networks take.
_OF_NETWORKS = {
    "base_width": ("compact", "dcgan", "residual"),
    "batch_normalization": ("dcgan", "mlp"),
    "blocks_per_level": ("residual",),
    "condition": ("dcgan",),
    "discriminator_normalization": ("compact", "dcgan"),
    "discriminator_sizes": ("mlp",),
    "discriminator_width": ("compact", "dcgan", "residual"),
    "hidden_sizes": ("mlp",),
    "maxout_pieces": ("mlp",),
}
# What only one task takes.
OF_TASKS = {
    "conditional": ("generate",),
    "data_dir": ("generate",),
    "eval_samples": ("generate",),
    "feature_extractor": ("generate",),
    "flip": ("generate",),
    "image_size": ("generate",),
    "max_request_pixels": ("generate",),
    "num_points": ("toy",),
}


def check_flags():
    """Refuses flags that have no meaning with others, and data that is not there.

    Raises:
        OSError: If a folder is missing.
        ValueError: If there are such flags, or no such data.
    """
    check_owners("networks", _OF_NETWORKS)
    augmentation = flags.FLAGS.augmentation
    for name in ("adaptive_augmentation", "augment_probability", "augment_exclude"):
        if is_given(name) and augmentation == "none":
            raise ValueError(f"--{name} needs an --augmentation.")
    if is_given("augment_probability") and flags.FLAGS.adaptive_augmentation:
        raise ValueError(
            "--augment_probability has no meaning with --adaptive_augmentation."
        )
    if flags.FLAGS.augment_exclude and augmentation != "affine_color":
        raise ValueError("--augment_exclude goes with --augmentation=affine_color.")
    check_owners("task", OF_TASKS)
    if flags.FLAGS.task == "generate":
        least_classes = int(flags.FLAGS.conditional or 0)
        data.check_images(
            sizes_of_gan(flags.FLAGS.networks), least_classes, "--conditional"
        )
    else:
        _check_toy()


def _check_toy():
    name = data.DATASET.value
    if name not in MIXTURES:
        raise ValueError(
            f"--dataset={name} must be {' or '.join(MIXTURES)} with --task=toy."
            f"{nearest(name, MIXTURES)}"
        )
