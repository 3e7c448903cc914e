"""Flags of the apps that train models which make images."""

from absl import flags

CONDITIONAL = flags.DEFINE_boolean(
    "conditional",
    None,
    "Learns the classes of the images. Default: where there are any.",
)
EVAL_SAMPLES = flags.DEFINE_integer(
    "eval_samples", 2_000, "Images that the trained model is measured by.", 6
)
