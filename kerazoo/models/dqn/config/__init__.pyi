from .agent_config import AgentConfig
from .collection_config import CollectionConfig
from .exploration_config import ExplorationConfig
from .factory import make_agent
from .factory import make_q_network
from .factory import make_replay
from .network_config import NetworkConfig
from .replay_config import ReplayConfig

__all__ = [
    "AgentConfig",
    "CollectionConfig",
    "ExplorationConfig",
    "NetworkConfig",
    "ReplayConfig",
    "make_agent",
    "make_q_network",
    "make_replay",
]
