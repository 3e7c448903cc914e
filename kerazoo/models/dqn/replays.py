"""Replays by name."""

from kerazoo.models.dqn.prioritized_replay import PrioritizedReplay
from kerazoo.models.dqn.replay import Replay
from kerazoo.models.dqn.uniform_replay import UniformReplay

REPLAYS: dict[str, type[Replay]] = {
    "uniform": UniformReplay,
    "prioritized": PrioritizedReplay,
}
