"""Flags of the apps that play an exported policy."""

from absl import flags

from apps.cli.sections import EVALUATION
from apps.cli.sections import section

section(EVALUATION)
EPISODES = flags.DEFINE_integer("episodes", 10, "Episodes to play.", lower_bound=1)
