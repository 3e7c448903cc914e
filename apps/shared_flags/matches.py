"""Flags of the apps that play board games with a network."""

from absl import flags

from apps.cli.sections import EVALUATION
from apps.cli.sections import section

section(EVALUATION)
SEARCH_DEPTH = flags.DEFINE_integer(
    "search_depth",
    2,
    "Board games: moves that the network looks ahead by minimax over its values; 1: "
    "none. Training looks not, its last evaluation measures both.",
    lower_bound=1,
)
MCTS_SIMULATIONS = flags.DEFINE_integer(
    "mcts_simulations",
    100,
    "Board games: simulations of a move of the Monte Carlo tree search that is played "
    "against.",
    lower_bound=2,
)
