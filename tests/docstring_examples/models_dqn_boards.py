"""What a package of board games is used with: a network of tic-tac-toe."""

import functools

import numpy as np

from kerazoo.models.dqn import HostNetwork
from kerazoo.models.dqn import create_agent
from kerazoo.models.dqn import linear_epsilon
from kerazoo.models.dqn import q_network
from kerazoo.models.dqn.boards import BoardEnvironment


@functools.cache
def names():
    environment = BoardEnvironment("tic_tac_toe")
    model = q_network(environment.observation_spec()["observation"], 9, seed=0)
    return {
        "HostNetwork": HostNetwork,
        "create_agent": create_agent,
        "linear_epsilon": linear_epsilon,
        "model": model,
        "observation": np.zeros((1, 3, 3, 2), np.uint8),
        "q_network": q_network,
    }
