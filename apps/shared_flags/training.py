"""Flags of how training goes, beside those of every run."""

from absl import flags

from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(TRAINING)
HALF_LIFE = flags.DEFINE_float(
    "average_half_life",
    20_000,
    "Half-life of the averaged weights, in images, texts or tokens.",
    1.0,
)
MAX_GRADIENT_NORM = flags.DEFINE_float(
    "max_gradient_norm", 1.0, "Clips the norm of the gradient; 0 for not.", 0.0
)
WARM_UP_STEPS = flags.DEFINE_integer(
    "warm_up_steps", 100, "Steps in which the learning rate rises.", lower_bound=0
)
PATIENCE = flags.DEFINE_integer(
    "patience", None, "Ends training after so many evaluations without a better one.", 1
)
