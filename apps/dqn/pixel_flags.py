"""Flags of observations that are pictures, and of games that give them."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import MODEL
from apps.cli.sections import section

section(DATA)
FRAME_STACK = flags.DEFINE_integer(
    "frame_stack",
    None,
    "Newest observations given as one; the replay keeps each once. Default: 4 of "
    "Atari, else 1.",
    lower_bound=1,
)
CLIP_REWARDS = flags.DEFINE_boolean(
    "clip_rewards", False, "Cuts rewards off at -1 and 1 in training."
)
LIFE_LOSS = flags.DEFINE_boolean(
    "life_loss", False, "Ends an episode of Atari in training when a life is lost."
)
section(MODEL)
flags.DEFINE_enum(
    "torso",
    "auto",
    keys_of("kerazoo.models.dqn.torsos", "TORSOS"),
    "What is before the hidden layers; auto is the Nature CNN for images of at least "
    "36 pixels on both sides.",
)
