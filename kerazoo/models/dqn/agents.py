"""TF-Agents' DQN agents around a Keras 3 model, ready to train."""

import typing

import keras
import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent
from tf_agents.specs import tensor_spec
from tf_agents.utils import common

from kerazoo.models.dqn import actor
from kerazoo.models.dqn.branching_agents import BRANCHING_AGENTS
from kerazoo.models.dqn.categorical_agents import CategoricalAgent
from kerazoo.models.dqn.categorical_agents import DoubleCategoricalAgent
from kerazoo.models.dqn.conservative_agent import conservative
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.keras_network import KerasNetwork
from kerazoo.models.dqn.munchausen_agent import MunchausenAgent
from kerazoo.models.dqn.quantile_agents import ImplicitQuantileAgent
from kerazoo.models.dqn.quantile_agents import QuantileAgent
from kerazoo.models.dqn.torsos.compiling import compiles_well
from kerazoo.models.dqn.value_agents import DoubleValueAgent
from kerazoo.models.dqn.value_agents import ValueAgent
from kerazoo.training.fused_adam import FusedAdam
from kerazoo.training.global_norm_clipping import GlobalNormClipping

AGENTS: dict[str, type[ValueAgent]] = {
    "dqn": ValueAgent,
    "double_dqn": DoubleValueAgent,
    "c51": CategoricalAgent,
    "qr_dqn": QuantileAgent,
    "iqn": ImplicitQuantileAgent,
    "munchausen": MunchausenAgent,
    "rainbow": DoubleCategoricalAgent,
}
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
    adam_epsilon: float = 1e-7,
    seed: int = 0,
    cql_alpha: float = 0.0,
    **options: typing.Any,
) -> dqn_agent.DqnAgent:
    """Creates an agent that learns action values with a Keras 3 model.

    The agent learns from the transitions of `UniformReplay`, which hold n-step
    returns already. Create it in the scope of the strategy that trains it.

    Args:
        environment: `GymnasiumEnvironment`, for its specs.
        model: `keras.Model` of observations to float `(B, A)`, or `(B, A, Z)` for an
            agent that learns distributions, or a function that returns one.
        agent: A key of `AGENTS`: `"dqn"`, `"double_dqn"`, `"munchausen"`; or of
            distributions `"c51"`, `"qr_dqn"`, `"iqn"`, `"rainbow"`, which is C51 with
            Double DQN's choice of actions.
        learning_rate: Step size of Adam, a number or a Keras schedule.
        discount: Gamma, in (0, 1].
        loss: `"huber"` (threshold 1) or `"mse"`, of the temporal-difference error.
        target_update_period: Gradient steps between updates of the target network.
        target_update_tau: Share of the new weights in an update, in (0, 1].
        gradient_clipping: Largest global norm of the gradients, or None.
        adam_epsilon: Epsilon of Adam.
        seed: Of what a gradient step draws: noise of noisy layers, probabilities of
            IQN.
        cql_alpha: Weight of conservative Q-learning's term, see `conservative`; 0 for
            none.
        **options: The agent's own: `v_min` and `v_max` of C51 and Rainbow, `kappa` of
            QR-DQN and IQN, `alpha`, `temperature` and `clip` of Munchausen DQN.

    Returns:
        Initialized agent, a TF-Agents `DqnAgent`; its `values_model` is the
        `keras.Model` of observations to action values `(B, A)`.

    Raises:
        ValueError: If `agent` or `loss` is unknown, the model does not return what the
            agent learns or computes in float16, or an option is out of its range.

    Example:

    ```python
    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    agent = create_agent(environment, model, discount=0.99)
    ```
    """
    kinds: typing.Mapping[str, typing.Any] = AGENTS
    if environment.action_spec().shape:
        kinds = BRANCHING_AGENTS
        if agent not in kinds:
            raise ValueError(
                f"`agent` must be one of {', '.join(kinds)} where actions have several "
                f"joints. Received: agent={agent}"
            )
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
    adam = keras.optimizers.Adam if compiles_well(network.keras_model) else FusedAdam
    optimizer = adam(learning_rate, epsilon=adam_epsilon)
    optimizer.build(network.keras_model.trainable_variables)
    if gradient_clipping is not None:
        optimizer = GlobalNormClipping(optimizer, gradient_clipping)
    kind = kinds[agent]
    if cql_alpha:
        kind = conservative(kind)
        options["cql_alpha"] = cql_alpha
    created = kind(
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
        seed=seed,
        **options,
    )
    created.initialize()
    return created
