"""Flags of diffusion models: their network, their noise, how they learn."""

from absl import flags

from apps.cli.parsers import DEFINE_integers
from apps.cli.parsers import keys_of
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(MODEL)
flags.DEFINE_enum(
    "network",
    "unet",
    keys_of("kerazoo.models.diffusion.config.network_config", "NETWORKS"),
    "unet: convolutions; dit: a transformer over patches.",
)
DEFINE_integers("widths", [32, 64], "unet: channels of each level, finest first.")
section(TRAINING)
SCHEDULE = flags.DEFINE_enum(
    "schedule",
    "cosine",
    sorted(keys_of("kerazoo.models.diffusion.schedules", "SCHEDULES")),
    "Noise levels of training.",
)
ZERO_TERMINAL_SNR = flags.DEFINE_boolean(
    "zero_terminal_snr", False, "Rescales a discrete schedule to end in pure noise."
)
flags.DEFINE_enum(
    "parametrization",
    "v",
    sorted(keys_of("kerazoo.models.diffusion.parametrizations", "PARAMETRIZATIONS")),
    "What the network predicts.",
)
flags.DEFINE_enum(
    "weighting",
    "uniform",
    sorted(keys_of("kerazoo.models.diffusion.weightings", "WEIGHTINGS")),
    "Which noise levels count how much.",
)
flags.DEFINE_float(
    "label_dropout", 0.1, "Share of examples whose label is hidden.", 0.0, 1.0
)
section(MODEL)
flags.DEFINE_boolean(
    "self_conditioning", False, "Shows the network its own last estimate."
)
flags.DEFINE_boolean(
    "learned_variance", False, "Learns the variance of the reverse process, too."
)
section(TRAINING)
flags.DEFINE_float(
    "average_width",
    None,
    "Averages with a power function of this relative width, such as 0.05, instead.",
    lower_bound=0.001,
    upper_bound=0.288,
)
