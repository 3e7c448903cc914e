"""Networks, agents and replays of configurations, for an environment."""

import keras
from tf_agents.agents.dqn import dqn_agent

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.config.agent_config import AgentConfig
from kerazoo.models.dqn.config.network_config import NetworkConfig
from kerazoo.models.dqn.config.replay_config import ReplayConfig
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.models.dqn.uniform_replay import UniformReplay


def make_q_network(
    environment: GymnasiumEnvironment,
    network: NetworkConfig | None = None,
    seed: int | None = None,
) -> keras.Sequential:
    """Makes a Q-network that fits the observations of an environment.

    Args:
        environment: `GymnasiumEnvironment`.
        network: `NetworkConfig`.
        seed: Seed of the weights.
    """
    network = network or NetworkConfig()
    observation_spec, _ = split_action_mask(environment.observation_spec())
    return q_network(
        observation_spec,
        environment.num_actions,
        tuple(network.hidden_units),
        network.dueling,
        seed,
    )


def make_agent(
    environment: GymnasiumEnvironment,
    model: keras.Model,
    agent: AgentConfig | None = None,
) -> dqn_agent.DqnAgent:
    """Makes the agent that trains a Q-network; in the scope of a strategy.

    Args:
        environment: `GymnasiumEnvironment`.
        model: Keras model of observations to action values.
        agent: `AgentConfig`.

    Raises:
        ValueError: If a name is unknown.

    Example:

    ```python
    from kerazoo.models.dqn import AgentConfig, GymnasiumEnvironment, NetworkConfig
    from kerazoo.models.dqn.config import make_agent, make_q_network

    environment = GymnasiumEnvironment("CartPole-v1")
    model = make_q_network(environment, NetworkConfig(hidden_units=(16,)))
    agent = make_agent(environment, model, AgentConfig(loss="mse"))
    ```
    """
    config = agent or AgentConfig()
    return create_agent(
        environment,
        model,
        agent=config.agent,
        learning_rate=config.learning_rate,
        discount=config.discount,
        loss=config.loss,
        target_update_period=config.target_update_period,
        target_update_tau=config.target_update_tau,
        gradient_clipping=config.gradient_clipping or None,
    )


def make_replay(
    environment: GymnasiumEnvironment,
    replay: ReplayConfig | None = None,
    discount: float = 0.99,
) -> UniformReplay:
    """Makes the memory of an environment's steps.

    Args:
        environment: `GymnasiumEnvironment`.
        replay: `ReplayConfig`.
        discount: Gamma.

    Raises:
        ValueError: If the capacity cannot hold a transition of every copy.
        MemoryError: If the machine cannot hold the capacity.
    """
    replay = replay or ReplayConfig()
    num_envs = environment.batch_size
    needed = num_envs * (replay.n_step + 2)
    if replay.replay_capacity < needed:
        raise ValueError(
            f"`replay_capacity` must be at least {needed}, `num_envs * (n_step + 2)`. "
            f"Received: replay_capacity={replay.replay_capacity}, num_envs={num_envs}, "
            f"n_step={replay.n_step}"
        )
    return UniformReplay(
        environment.observation_spec(),
        replay.replay_capacity,
        num_envs,
        replay.n_step,
        discount,
    )
