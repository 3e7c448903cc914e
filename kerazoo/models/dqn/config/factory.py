"""Networks, agents and replays of configurations, for an environment."""

import typing

import keras
from tf_agents.agents.dqn import dqn_agent

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.config.agent_config import AgentConfig
from kerazoo.models.dqn.config.network_config import NetworkConfig
from kerazoo.models.dqn.config.replay_config import ReplayConfig
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.models.dqn.replay import Replay
from kerazoo.models.dqn.replay import least_rows
from kerazoo.models.dqn.replays import REPLAYS


def make_q_network(
    environment: GymnasiumEnvironment,
    network: NetworkConfig | None = None,
    seed: int | None = None,
    agent: AgentConfig | None = None,
) -> keras.Sequential:
    """Makes a Q-network that fits the observations of an environment.

    Args:
        environment: `GymnasiumEnvironment`.
        network: `NetworkConfig`.
        seed: Seed of the weights.
        agent: `AgentConfig`; some agents learn more than the value of an action.

    Raises:
        ValueError: If such an agent or noisy layers shall act with several joints.
    """
    network = network or NetworkConfig()
    agent = agent or AgentConfig()
    if environment.joints and (agent.num_outputs or network.noisy):
        raise ValueError(
            "Where actions have several joints, `agent` must be dqn or double_dqn "
            "and `noisy` be False. "
            f"Received: agent={agent.agent}, noisy={network.noisy}"
        )
    observation_spec, _ = split_action_mask(environment.observation_spec())
    return q_network(
        observation_spec,
        environment.joints or environment.num_actions,
        tuple(network.hidden_units),
        network.dueling,
        seed,
        network.torso,
        network.noisy,
        agent.num_outputs,
        implicit_quantiles=agent.agent == "iqn",
    )


def make_agent(
    environment: GymnasiumEnvironment,
    model: keras.Model,
    agent: AgentConfig | None = None,
    seed: int = 0,
) -> dqn_agent.DqnAgent:
    """Makes the agent that trains a Q-network; in the scope of a strategy.

    Args:
        environment: `GymnasiumEnvironment`.
        model: Keras model of observations to action values or to distributions, see
            `make_q_network`.
        agent: `AgentConfig`.
        seed: Of what a gradient step draws.

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
        adam_epsilon=config.adam_epsilon,
        seed=seed,
        cql_alpha=config.cql_alpha,
        **config.options,
    )


def make_replay(
    environment: GymnasiumEnvironment,
    replay: ReplayConfig | None = None,
    discount: float = 0.99,
    frame_stack: int = 1,
    kinds: typing.Mapping[str, type[Replay]] = REPLAYS,
    **options: typing.Any,
) -> Replay:
    """Makes the memory of an environment's steps.

    Args:
        environment: `GymnasiumEnvironment`.
        replay: `ReplayConfig`.
        discount: Gamma.
        frame_stack: Frames of an observation `(K, ...)`, to store each once; 1
            stores observations as they are.
        kinds: Replays by the name that `replay` has of one.
        **options: Of that replay.

    Raises:
        ValueError: If the name is unknown, or the capacity cannot hold a transition of
            every copy.
        MemoryError: If the machine cannot hold the capacity.
    """
    config = replay or ReplayConfig()
    if config.replay not in kinds:
        raise ValueError(
            f"`replay` must be one of {', '.join(kinds)}. "
            f"Received: replay={config.replay}"
        )
    num_envs = environment.batch_size
    needed = num_envs * least_rows(config.n_step, frame_stack)
    if config.replay_capacity < needed:
        frames = f", frame_stack={frame_stack}" if frame_stack > 1 else ""
        rows = "n_step + frame_stack + 1" if frame_stack > 1 else "n_step + 2"
        raise ValueError(
            f"`replay_capacity` must be at least {needed}, `num_envs * ({rows})`. "
            f"Received: replay_capacity={config.replay_capacity}, num_envs={num_envs}, "
            f"n_step={config.n_step}{frames}"
        )
    try:
        return kinds[config.replay](
            environment.observation_spec(),
            config.replay_capacity,
            num_envs,
            config.n_step,
            discount,
            frame_stack=frame_stack,
            action_shape=environment.action_spec().shape,
            **config.exponents(),
            **options,
        )
    except MemoryError as error:
        raise MemoryError(
            "`replay_capacity` is more than this machine's memory can hold. "
            f"Received: replay_capacity={config.replay_capacity} ({error})"
        ) from error
