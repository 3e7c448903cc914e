"""Flags of what makes images: which model, and how."""

from absl import flags

from apps.cli import exports
from apps.cli import run_flags
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.shared_flags import generation

COUNT = flags.DEFINE_integer(
    "count",
    16,
    "Number of images; with --image of variations of each, then by default 1.",
    lower_bound=1,
)
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
