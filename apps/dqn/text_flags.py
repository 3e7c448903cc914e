"""Flags of `--task=text_game`: the game, and what reads its texts."""

from absl import flags

from apps.cli.parsers import declare
from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import MODEL
from apps.cli.sections import section
from apps.shared_flags import network

section(DATA)
TEXT_GAME = flags.DEFINE_string(
    "text_game",
    "house",
    "house: find food in houses that are made at random; a file of TextWorld, .z8 or "
    ".ulx, or several, separated by commas; or module:Class, one of your own.",
)
flags.DEFINE_string(
    "eval_text_game", None, "Files of TextWorld to evaluate on. Default: the same."
)
flags.DEFINE_integer("min_rooms", 3, "Least rooms of a house.", lower_bound=2)
flags.DEFINE_integer("max_rooms", 5, "Most rooms of a house.", lower_bound=2)
flags.DEFINE_integer(
    "wanted_foods", 1, "Foods of a house that are to be found.", lower_bound=1
)
flags.DEFINE_integer(
    "other_foods", 2, "Foods of a house that are of no use.", lower_bound=0
)
flags.DEFINE_integer(
    "max_game_steps", 50, "Commands of an episode before it ends.", lower_bound=1
)
flags.DEFINE_integer(
    "max_state_tokens",
    None,
    "Words of a state that are read. Default: what suits the game.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "max_commands",
    None,
    "Most commands that are ever offered. Default: what suits the game.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "max_command_tokens", 8, "Words of a command that are read.", lower_bound=1
)
section(MODEL)
flags.DEFINE_enum(
    "text_encoder",
    "convolution",
    keys_of("kerazoo.models.dqn.text_games.text_encoder", "TEXT_ENCODERS"),
    "What reads texts: three words in a row, the mean of the words, a recurrent "
    "network or an encoder block.",
)
declare(network.EMBEDDING_SIZE)
flags.DEFINE_enum(
    "interaction",
    "inner",
    keys_of("kerazoo.models.dqn.text_games.relevance_network", "INTERACTIONS"),
    "How a state and a command become a value: their inner product, or a hidden layer.",
)
