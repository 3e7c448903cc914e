"""Flags of `--task=fictitious_play`: how an average policy is learnt."""

from absl import flags

from apps.cli.sections import TRAINING
from apps.cli.sections import section

NAMES = ("anticipation", "policy_learning_rate", "reservoir_capacity")

section(TRAINING)
flags.DEFINE_float(
    "anticipation",
    0.1,
    "Probability that a player plays the best response in a hand, not the average.",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_integer(
    "reservoir_capacity",
    2_000_000,
    "Decisions of best responses kept, of all there ever were.",
    lower_bound=1,
)
flags.DEFINE_float(
    "policy_learning_rate",
    1e-3,
    "Step size of the average policy.",
    lower_bound=0.0,
)
