"""TF-Agents' DQN agents around a Keras 3 model, ready to train."""

import typing

import keras
import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent
from tf_agents.specs import tensor_spec
from tf_agents.utils import common

from kerazoo.models.dqn import actor
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.keras_network import KerasNetwork
from kerazoo.training.global_norm_clipping import GlobalNormClipping

AGENTS = {"dqn": dqn_agent.DqnAgent, "double_dqn": dqn_agent.DdqnAgent}
LOSSES = {
    "huber": common.element_wise_huber_loss,
    "mse": common.element_wise_squared_loss,
}


def create_agent(
    environment: GymnasiumEnvironment,
    model: keras.Model | typing.Callable[[], keras.Model],
    agent: str = "double_dqn",
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
    discount: float = 0.99,
    loss: str = "huber",
    target_update_period: int = 100,
    target_update_tau: float = 1.0,
    gradient_clipping: float | None = None,
) -> dqn_agent.DqnAgent:
    """Creates an agent that learns action values with a Keras 3 model.

    The agent learns from the transitions of `UniformReplay`, which hold n-step
    returns already. Create it in the scope of the strategy that trains it.

    Args:
        environment: `GymnasiumEnvironment`, for its specs.
        model: `keras.Model` of observations to float `(B, A)`, or a function that
            returns one.
        agent: `"dqn"` ([Mnih et al., 2015](https://doi.org/10.1038/nature14236)) or
            `"double_dqn"`
            ([van Hasselt et al., 2016](https://arxiv.org/abs/1509.06461), Equation 4).
        learning_rate: Step size of Adam, a number or a Keras schedule.
        discount: Gamma, in (0, 1].
        loss: `"huber"` (threshold 1) or `"mse"`, of the temporal-difference error.
        target_update_period: Gradient steps between updates of the target network.
        target_update_tau: Share of the new weights in an update, in (0, 1].
        gradient_clipping: Largest global norm of the gradients, or None.

    Returns:
        Initialized `DqnAgent` or `DdqnAgent`.

    Raises:
        ValueError: If `agent` or `loss` is unknown, or the model computes in float16.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    agent = create_agent(environment, model, discount=0.99)
    ```
    """
    for name, value, known in (("agent", agent, AGENTS), ("loss", loss, LOSSES)):
        if value not in known:
            raise ValueError(
                f"`{name}` must be one of {', '.join(known)}. Received: {name}={value}"
            )
    time_step_spec = tensor_spec.from_spec(environment.time_step_spec())
    observation_spec, mask_spec = actor.split_action_mask(time_step_spec.observation)
    network = KerasNetwork(observation_spec, model)
    if any(layer.compute_dtype == "float16" for layer in network.keras_model.layers):
        raise ValueError(
            "`dtype_policy` mixed_float16 needs loss scaling, which TF-Agents does not "
            "have: use mixed_bfloat16 or float32. Received: dtype_policy=mixed_float16"
        )
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(network.keras_model.trainable_variables)
    if gradient_clipping is not None:
        optimizer = GlobalNormClipping(optimizer, gradient_clipping)
    created = AGENTS[agent](
        time_step_spec,
        tensor_spec.from_spec(environment.action_spec()),
        q_network=network,
        optimizer=optimizer,
        observation_and_action_constraint_splitter=(
            None if mask_spec is None else actor.split_action_mask
        ),
        epsilon_greedy=None,  # `Actor` explores.
        gamma=discount,
        td_errors_loss_fn=LOSSES[loss],
        target_update_period=target_update_period,
        target_update_tau=target_update_tau,
        train_step_counter=tf.Variable(
            0,
            trainable=False,
            dtype=tf.int64,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        ),
    )
    created.initialize()
    return created
