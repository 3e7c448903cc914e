"""Flags of what evaluations play and what they leave."""

from absl import flags

from apps.cli.sections import EVALUATION
from apps.cli.sections import section

section(EVALUATION)
flags.DEFINE_float(
    "eval_epsilon",
    0.0,
    "Probability of a random action in an evaluation.",
    lower_bound=0.0,
    upper_bound=1.0,
)
VIDEO_EVERY = flags.DEFINE_integer(
    "video_every",
    0,
    "Gradient steps between videos of an episode, in TensorBoard and episode.gif; 0: "
    "none. The environment must draw itself.",
    lower_bound=0,
)
