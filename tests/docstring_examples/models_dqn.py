"""CartPole, an untrained agent and its model, and a replay of some steps."""

import functools

import numpy as np

from kerazoo.models.dqn import GymnasiumEnvironment
from kerazoo.models.dqn import UniformReplay
from kerazoo.models.dqn import create_agent
from kerazoo.models.dqn import q_network


@functools.cache
def names():
    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    replay = UniformReplay(environment.observation_spec(), capacity=100)
    action, time_step = np.zeros(1, np.int64), environment.reset()
    for _ in range(20):
        next_time_step = environment.step(action)
        replay.add(time_step, action, next_time_step)
        time_step = next_time_step
    return {
        "agent": create_agent(environment, model),
        "environment": environment,
        "model": model,
        "replay": replay,
    }
