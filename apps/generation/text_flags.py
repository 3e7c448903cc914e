"""Flags of `apps.generate` about texts."""

from absl import flags

PROMPT = flags.DEFINE_multi_string(
    "prompt", None, "Language model: a text to go on with; may be given several times."
)
TEMPERATURE = flags.DEFINE_float(
    "temperature",
    0.8,
    "Language model: less than 1 makes likely tokens likelier; 0 takes the likeliest.",
    lower_bound=0.0,
)
TOP_P = flags.DEFINE_float(
    "top_p",
    1.0,
    "Language model: draws from the likeliest tokens of this share.",
    0.001,
    1.0,
)
