"""Flags of what makes images: which model, and how."""

from absl import flags

from apps.cli import exports
from apps.cli import run_flags
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import MODEL
from apps.cli.sections import PICTURES
from apps.cli.sections import section
from apps.shared_flags import generation

section(PICTURES)
COUNT = flags.DEFINE_integer(
    "count",
    16,
    "Number of images; with --image of variations of each, then by default 1.",
    lower_bound=1,
)
section(MODEL)
SPACING = flags.DEFINE_string(
    "spacing",
    None,
    "How the noise levels of a --workdir's model are spaced, such as balanced. "
    "Default: that of its schedule.",
)
TRUNCATION = flags.DEFINE_float(
    "truncation",
    0.0,
    "GAN: largest number of a latent, such as 0.7: less makes images that are better "
    "and more alike. 0 for no bound.",
    lower_bound=0.0,
)
adopt(exports)
declare(run_flags.SEED, run_flags.WORKDIR, generation.SAMPLER, generation.STEPS)
declare(generation.GUIDANCE, generation.TOWERS)

BATCH_SIZE = 100  # As in training: the same seed, the same images.
TABLES = {  # Of the help texts.
    "texts": {
        "guidance": (
            "Diffusion: more than 1 makes images more typical of their label. Default: "
            "that of the model's training."
        ),
        "sampler": (
            "How images of a --workdir's diffusion model are made. Default: that of "
            "its training."
        ),
        "seed": "Seed of the noise: the same makes the same.",
        "steps": (
            "Diffusion: steps of the sampler. Default: those of the model's training."
        ),
        "workdir": (
            "Folder of a run of apps.train_diffusion or apps.train_gan whose newest "
            "checkpoint makes the images. Default: --saved_model makes them."
        ),
    },
    "headings": {
        **dict.fromkeys(("batch_size", "guidance", "sampler", "seed"), PICTURES),
        **dict.fromkeys(("spacing", "steps", "truncation"), PICTURES),
        "workdir": MODEL,
    },
}
OF_FAMILIES = {  # What only one family takes.
    "diffusion": ("guidance", "sampler", "spacing", "steps", "towers"),
    "gan": ("truncation",),
}
DEFAULTS = {
    "guidance": None,
    "sampler": None,
    "saved_model": "saved_models/diffusion_digits",
    "steps": None,
}
