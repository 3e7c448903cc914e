"""The flags of the apps that train models which make images."""

from absl import flags

BLOCKS_PER_LEVEL = flags.DEFINE_integer(
    "blocks_per_level",
    2,
    "U-Net, residual GAN: blocks at each size of the image.",
    lower_bound=1,
)
CONDITIONAL = flags.DEFINE_boolean(
    "conditional", True, "Learns the classes of the images, where there are any."
)
HALF_LIFE = flags.DEFINE_float(
    "average_half_life", 20_000, "Half-life of the averaged weights, in images.", 1.0
)
FLIP = flags.DEFINE_boolean("flip", False, "Mirrors half of the training images.")
MAX_GRADIENT_NORM = flags.DEFINE_float(
    "max_gradient_norm", 1.0, "Clips the norm of the gradient; 0 for not.", 0.0
)
EVAL_SAMPLES = flags.DEFINE_integer(
    "eval_samples", 2_000, "Images that the trained model is measured by.", 6
)
