"""DQN and Double DQN, whose targets are noisy where the network is."""

import typing

import keras
import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent
from tf_agents.utils import common

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.noise import noise_from
from kerazoo.models.dqn.noise import noisy_layers

_NOISE = 0  # Tells seeds of noisy layers from others of a train step.


class ValueAgent(dqn_agent.DqnAgent):
    r"""DQN agent of a Keras model that returns the values of actions.

    Learns towards \(r + \gamma \max_{a'} Q^-(s', a')\),
    [Mnih et al., 2015](https://doi.org/10.1038/nature14236). Noisy layers draw their
    noise anew for every network in every step, as in Equation 16 of
    [Fortunato et al., 2018](https://arxiv.org/abs/1706.10295); it follows from the
    seed and the number of the step, so that a resumed run draws what it would have
    drawn.

    Args:
        *args, **kwargs: Those of TF-Agents' `DqnAgent`, with a `KerasNetwork`.
        seed: Of what a train step draws.

    Attributes:
        values_model: `keras.Model` of observations to float `(B, A)`, of the weights
            that are trained.
    """

    double = False
    """Whether the trained network chooses the next action, not the target network."""

    def __init__(self, *args: typing.Any, seed: int = 0, **kwargs: typing.Any):
        self._seed = seed
        super().__init__(*args, **kwargs)

    @property
    def values_model(self) -> keras.Model:
        return self._q_network.keras_model

    def _train(self, experience, weights):
        layers = self._noisy_layers()
        with noise_from(layers, [self._seed, _NOISE], self.train_step_counter):
            return super()._train(experience, weights)

    def _noisy_layers(self):
        models = (self._q_network.keras_model, self._target_q_network.keras_model)
        return [layer for model in models for layer in noisy_layers(model)]

    def _outputs(self, network, time_steps, training):
        """Returns what a network gives for the observations of time steps."""
        observation, _ = split_action_mask(time_steps.observation)
        outputs, _ = network(
            observation, step_type=time_steps.step_type, training=training
        )
        return outputs

    def _next_outputs(self, network, time_steps):
        # Only noise needs it; what else may be random is for the trained network.
        return self._outputs(network, time_steps, training=bool(self._noisy_layers()))

    def _compute_next_q_values(self, next_time_steps, info):
        values = self._next_outputs(self._target_q_network, next_time_steps)
        choice = values
        if self.double:
            choice = self._next_outputs(self._q_network, next_time_steps)
        best = best_actions(choice, next_time_steps.observation)
        return common.index_with_actions(values, best)


class DoubleValueAgent(ValueAgent):
    r"""Double DQN agent of a Keras model that returns the values of actions.

    Learns towards \(r + \gamma Q^-(s', \arg\max_{a'} Q(s', a'))\), Equation 4 of
    [van Hasselt et al., 2016](https://arxiv.org/abs/1509.06461). See `ValueAgent`.
    """

    double = True


def best_actions(values: tf.Tensor, observation: typing.Any) -> tf.Tensor:
    """Returns the valid actions of highest value, int32 `(B,)`.

    Args:
        values: float `(B, A)`.
        observation: As `split_action_mask` takes it.
    """
    _, mask = split_action_mask(observation)
    if mask is not None:
        values = tf.where(mask, values, values.dtype.min)
    return tf.argmax(values, axis=-1, output_type=tf.int32)
