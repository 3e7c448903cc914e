"""Flags of models that make images: how they are measured, how diffusion makes them."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DEVICES
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import section

section(MODEL)
CONDITIONAL = flags.DEFINE_boolean(
    "conditional",
    None,
    "Learns the classes of the images. Default: where there are any.",
)
section(EVALUATION)
EVAL_SAMPLES = flags.DEFINE_integer(
    "eval_samples", 2_000, "Images that the trained model is measured by.", 6
)
SAMPLER = flags.DEFINE_enum(
    "sampler",
    "dpm_solver_pp_2m",
    sorted(keys_of("kerazoo.models.diffusion.samplers", "SAMPLERS")),
    "How images are made.",
)
STEPS = flags.DEFINE_integer("steps", 20, "Steps of the sampler.", lower_bound=1)
GUIDANCE = flags.DEFINE_float(
    "guidance", 1.0, "More than 1 makes images more typical of their label.", 0.0
)
section(DEVICES)
TOWERS = flags.DEFINE_integer(
    "towers",
    None,
    "Parts of a batch that run side by side. Default: the cores of a CPU, with one "
    "thread each; 1 on other devices and for several replicas.",
    lower_bound=1,
)
