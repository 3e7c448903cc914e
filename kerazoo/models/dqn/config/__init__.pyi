from .agent_config import AgentConfig
from .collection_config import CollectionConfig
from .exploration_config import ExplorationConfig
from .factory import make_agent
from .factory import make_q_network
from .factory import make_replay
from .fictitious_play_config import FictitiousPlayConfig
from .house_config import HouseConfig
from .network_config import NetworkConfig
from .replay_config import ReplayConfig
from .self_play_config import SelfPlayConfig
from .text_game_config import TextGameConfig
from .text_network_config import TextNetworkConfig

__all__ = [
    "AgentConfig",
    "CollectionConfig",
    "ExplorationConfig",
    "FictitiousPlayConfig",
    "HouseConfig",
    "NetworkConfig",
    "ReplayConfig",
    "SelfPlayConfig",
    "TextGameConfig",
    "TextNetworkConfig",
    "make_agent",
    "make_q_network",
    "make_replay",
]
