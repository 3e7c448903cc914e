"""Flags of the apps that ask a model for lines of text."""

from absl import flags

from apps.cli.sections import RUN
from apps.cli.sections import section

section(RUN)
N_BEST = flags.DEFINE_integer(
    "n_best",
    0,
    "Prints so many answers to each line, with scores; 0 for the best alone.",
    lower_bound=0,
)
GREEDY = flags.DEFINE_boolean(
    "greedy", False, "Takes the likeliest token each time: faster than beams."
)
