"""Flags of what is remembered, and of how it is drawn."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(TRAINING)
flags.DEFINE_enum(
    "replay",
    "uniform",
    keys_of("kerazoo.models.dqn.replays", "REPLAYS"),
    "How transitions are drawn: all alike often, or by their errors.",
)
flags.DEFINE_float(
    "priority_exponent",
    0.6,
    "How much more often a transition of a large error is drawn; 0: all alike often.",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_float(
    "importance_exponent",
    0.4,
    "How much of that the weights of the losses take back at the beginning; it rises "
    "to 1 over the run.",
    lower_bound=0.0,
    upper_bound=1.0,
)
