from .house import House
from .house import make_house
from .house_policy import play_by_rules
from .house_policy import shortest_plan
from .loading import make_text_game
from .loading import name_of_text_game
from .making import make_text_environment
from .making import words_of
from .playing import TextEpisode
from .playing import exported_choice
from .playing import play_text_episode
from .playing import random_choice
from .playing import score_text_policy
from .relevance_network import RelevanceNetwork
from .serving_text_policy import ServingTextPolicy
from .text_encoder import TextEncoder
from .text_environment import TextEnvironment
from .text_house import TextHouse
from .textworld_game import TextWorldGame

__all__ = [
    "House",
    "RelevanceNetwork",
    "ServingTextPolicy",
    "TextEncoder",
    "TextEnvironment",
    "TextEpisode",
    "TextHouse",
    "TextWorldGame",
    "exported_choice",
    "make_house",
    "make_text_environment",
    "make_text_game",
    "name_of_text_game",
    "play_by_rules",
    "play_text_episode",
    "random_choice",
    "score_text_policy",
    "shortest_plan",
    "words_of",
]
