from .board_card import describe_board
from .board_environment import BoardEnvironment
from .board_game import BoardGame
from .exported_values import ExportedValues
from .gtp_player import GtpPlayer
from .matches import Tally
from .matches import play_match
from .past_selves import PastSelves
from .players import GreedyPlayer
from .players import RandomPlayer
from .players import TreeSearchPlayer
from .search import Search
from .self_play import SelfPlay
from .self_play_actor import SelfPlayActor
from .self_play_replay import PrioritizedSelfPlayReplay
from .self_play_replay import SelfPlayReplay
from .serving_player import ServingPlayer
from .symmetries import Symmetries

__all__ = [
    "BoardEnvironment",
    "BoardGame",
    "ExportedValues",
    "GreedyPlayer",
    "GtpPlayer",
    "PastSelves",
    "PrioritizedSelfPlayReplay",
    "RandomPlayer",
    "Search",
    "SelfPlay",
    "SelfPlayActor",
    "SelfPlayReplay",
    "ServingPlayer",
    "Symmetries",
    "Tally",
    "TreeSearchPlayer",
    "describe_board",
    "play_match",
]
