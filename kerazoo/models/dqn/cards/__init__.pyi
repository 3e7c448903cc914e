from .average_policy import create_average_policy
from .fictitious_play import FictitiousPlay
from .game_tree import GameTree
from .hands import play_hands
from .reservoir import Reservoir
from .reservoir import Ring
from .serving_average_policy import ServingAveragePolicy

__all__ = [
    "FictitiousPlay",
    "GameTree",
    "Reservoir",
    "Ring",
    "ServingAveragePolicy",
    "create_average_policy",
    "play_hands",
]
