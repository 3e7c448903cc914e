"""The flags of what keeps training steady, for the apps that have it."""

from absl import flags

HALF_LIFE = flags.DEFINE_float(
    "average_half_life",
    20_000,
    "Half-life of the averaged weights, in images, texts or tokens.",
    1.0,
)
MAX_GRADIENT_NORM = flags.DEFINE_float(
    "max_gradient_norm", 1.0, "Clips the norm of the gradient; 0 for not.", 0.0
)
