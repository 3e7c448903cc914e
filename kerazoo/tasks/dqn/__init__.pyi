from .board_self_play import BoardSelfPlay
from .discrete_control import DiscreteControl
from .fictitious_play import FictitiousPlay
from .offline_control import OfflineControl
from .text_game import TextGame

__all__ = [
    "BoardSelfPlay",
    "DiscreteControl",
    "FictitiousPlay",
    "OfflineControl",
    "TextGame",
]
