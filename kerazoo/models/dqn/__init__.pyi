from .action_bins import ActionBins
from .actor import Actor
from .agents import create_agent
from .collection import Collection
from .config import AgentConfig
from .config import CollectionConfig
from .config import ExplorationConfig
from .config import NetworkConfig
from .config import ReplayConfig
from .environment import GymnasiumEnvironment
from .evaluation import evaluate
from .exploration import linear_epsilon
from .host_network import HostNetwork
from .keras_network import KerasNetwork
from .learner import Learner
from .playing import make_trained_environment
from .playing import play_episode
from .prioritized_replay import PrioritizedReplay
from .q_networks import q_network
from .serving_policy import ServingPolicy
from .uniform_replay import UniformReplay
from .video import write_video

__all__ = [
    "ActionBins",
    "Actor",
    "AgentConfig",
    "Collection",
    "CollectionConfig",
    "ExplorationConfig",
    "GymnasiumEnvironment",
    "HostNetwork",
    "KerasNetwork",
    "Learner",
    "NetworkConfig",
    "PrioritizedReplay",
    "ReplayConfig",
    "ServingPolicy",
    "UniformReplay",
    "create_agent",
    "evaluate",
    "linear_epsilon",
    "make_trained_environment",
    "play_episode",
    "q_network",
    "write_video",
]
