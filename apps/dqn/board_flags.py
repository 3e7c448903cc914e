"""Flags of `--task=board`: the game, and how a network plays against itself."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
GAME = flags.DEFINE_string(
    "game",
    None,
    "OpenSpiel's name of a game and its parameters, such as connect_four or "
    "go(board_size=5,komi=7.5).",
)
section(TRAINING)
flags.DEFINE_float(
    "opponent_share",
    0.25,
    "Share of the boards on which an earlier self has one side.",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_integer("pool_size", 8, "Earlier selves that are kept.", lower_bound=1)
flags.DEFINE_integer(
    "pool_every",
    1_000,
    "Gradient steps from one that is kept to the next.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "opening_moves",
    0,
    "Random moves at the beginning of a game, at most.",
    lower_bound=0,
)
flags.DEFINE_float(
    "exploration_temperature",
    0.0,
    "Of the softmax of the values from which exploring moves are drawn; 0 draws any.",
    lower_bound=0.0,
)
flags.DEFINE_boolean(
    "symmetries",
    True,
    "Turns and mirrors boards that are learnt from, where the game stays the same.",
)
section(EVALUATION)
flags.DEFINE_string(
    "gtp_engine",
    "gnugo --mode gtp --level 1 --chinese-rules",
    "Engine that the last evaluation of Go plays against, where it is installed.",
)
