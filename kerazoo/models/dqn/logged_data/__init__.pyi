from .reading import load_transitions
from .reading import read_stretches
from .served_play import log_served_play
from .specs import TransitionSpecs
from .stretch import Stretch
from .transition_log import TransitionLog
from .unplayable import Unplayable

__all__ = [
    "Stretch",
    "TransitionLog",
    "TransitionSpecs",
    "Unplayable",
    "load_transitions",
    "log_served_play",
    "read_stretches",
]
