"""The average policy of best responses, learnt from what they did."""

import keras
import numpy as np
import tensorflow as tf
from tf_agents.agents.behavioral_cloning import behavioral_cloning_agent
from tf_agents.specs import tensor_spec

from kerazoo.models.dqn.cards.game_tree import GameTree
from kerazoo.models.dqn.keras_network import KerasNetwork

_INVALID = -1e9  # Logit of an action that is not valid.


def create_average_policy(
    tree: GameTree, model: keras.Model, learning_rate: float = 1e-3
) -> behavioral_cloning_agent.BehavioralCloningAgent:
    """Creates an agent that learns to do what the best responses did.

    It lessens the cross-entropy of their actions, over the valid ones. Create it in the
    scope of the strategy that trains it.

    Args:
        tree: `GameTree`, for its specs.
        model: Keras model of information states `(B, F)` to logits `(B, A)`.
        learning_rate: Step size of Adam.

    Returns:
        Initialized `BehavioralCloningAgent` of TF-Agents.

    Example:

    ```python
    spec = tree.observation_spec()["observation"]
    agent = create_average_policy(tree, q_network(spec, tree.num_actions, (16,)))
    ```
    """
    time_step_spec = tensor_spec.from_spec(tree.time_step_spec())
    network = KerasNetwork(time_step_spec.observation, _Masked(model))
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)
    agent = behavioral_cloning_agent.BehavioralCloningAgent(
        time_step_spec,
        tensor_spec.from_spec(tree.action_spec()),
        cloning_network=network,
        optimizer=optimizer,
        train_step_counter=tf.Variable(
            0,
            trainable=False,
            dtype=tf.int64,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        ),
    )
    agent.initialize()
    return agent


class _Masked(keras.Model):
    """Logits of which only those of valid actions count."""

    def __init__(self, model, **kwargs):
        super().__init__(**kwargs)
        self.model = model

    def call(self, inputs, training=False):
        logits = self.model(inputs["observation"], training=training)
        return keras.ops.where(inputs["action_mask"], logits, _INVALID)


def both_networks(policy: keras.Model, values: keras.Model) -> keras.Model:
    """Returns one model of both networks, a dict of `logits` and `q_values`.

    Args:
        policy: Keras model of information states `(B, F)` to logits `(B, A)`.
        values: Keras model of them to the values of actions `(B, A)`.
    """
    x = keras.Input(policy.input_shape[1:], name="information_state")
    # Both may be called q_network.
    policy = keras.Sequential(policy.layers, name="policy_network")
    return keras.Model(
        x, {"logits": policy(x), "q_values": values(x)}, name="average_policy"
    )


def probabilities_of(logits: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Returns the probabilities of valid actions, float64 `(I, A)`.

    Args:
        logits: float `(I, A)`.
        masks: bool `(I, A)`, True where an action is valid.

    Raises:
        FloatingPointError: If a logit of a valid action is not finite.

    Example:

    ```python
    probabilities_of(np.zeros((1, 3)), np.array([[True, False, True]]))  # 0.5, 0, 0.5
    ```
    """
    if not np.isfinite(logits[masks]).all():
        raise FloatingPointError(
            "The average policy is not finite any more. The likely cause: a learning "
            "rate that is too high. Try a lower `policy_learning_rate`, in another "
            "folder."
        )
    shown = np.where(masks, logits.astype(np.float64), -np.inf)
    weights = np.exp(shown - shown.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
