"""What a package of card games is used with: Kuhn poker and untrained networks."""

import functools

from kerazoo.models.dqn import HostNetwork
from kerazoo.models.dqn import create_agent
from kerazoo.models.dqn import linear_epsilon
from kerazoo.models.dqn import q_network
from kerazoo.models.dqn.cards import GameTree
from kerazoo.models.dqn.cards import create_average_policy


@functools.cache
def names():
    tree = GameTree("kuhn_poker")
    spec = tree.observation_spec()["observation"]
    values, policy = (q_network(spec, 2, (16,), seed=seed) for seed in (0, 1))
    return {
        "HostNetwork": HostNetwork,
        "agent": create_agent(tree, values, agent="dqn", discount=1.0, loss="mse"),
        "linear_epsilon": linear_epsilon,
        "policy": policy,
        "policy_agent": create_average_policy(tree, policy),
        "q_network": q_network,
        "tree": tree,
    }
