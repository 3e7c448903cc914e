"""What agents that learn the distributions of returns have in common."""

import abc

import keras
import tensorflow as tf
from tf_agents.agents import tf_agent
from tf_agents.agents.dqn import dqn_agent
from tf_agents.policies import greedy_policy
from tf_agents.policies import q_policy
from tf_agents.trajectories import time_step as ts
from tf_agents.utils import common

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.expected_values import CategoricalMean
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.expected_values import with_means
from kerazoo.models.dqn.keras_network import KerasNetwork
from kerazoo.models.dqn.value_agents import ValueAgent
from kerazoo.models.dqn.value_agents import best_actions


class DistributionalAgent(ValueAgent, abc.ABC):
    """DQN agent of a Keras model that returns distributions of returns.

    Actions are valued by the means of their distributions.

    Args:
        *args, **kwargs: Those of `ValueAgent`; the network returns float `(B, A, Z)`.
            `td_errors_loss_fn` is not used.
    """

    @property
    def values_model(self) -> keras.Model:
        return self._values_network.keras_model

    @abc.abstractmethod
    def _mean(self) -> CategoricalMean | QuantileMean:
        """Returns a layer of the means of distributions."""

    @abc.abstractmethod
    def _distance(
        self, time_steps: ts.TimeStep, actions: tf.Tensor, next_time_steps: ts.TimeStep
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the losses and the errors of transitions, float `(B,)` each.

        Args:
            time_steps: `TimeStep` acted on.
            actions: int `(B,)`.
            next_time_steps: `TimeStep` to learn from, its discount times gamma.
        """

    def _check_network_output(self, net, label):
        shape = tuple(net.create_variables().shape)
        if len(shape) != 2 or shape[0] != self._num_actions:
            raise ValueError(
                "`model` must return one distribution for each of "
                f"{self._num_actions} actions, (B, {self._num_actions}, Z), for an "
                f"agent that learns them. Received: {(None, *shape)}"
            )

    def _setup_policy(
        self, time_step_spec, action_spec, boltzmann_temperature, emit_log_probability
    ):
        spec, mask_spec = split_action_mask(time_step_spec.observation)
        splitter = None if mask_spec is None else split_action_mask

        def greedy(network):
            policy = q_policy.QPolicy(
                *(time_step_spec, action_spec, network),
                observation_and_action_constraint_splitter=splitter,
            )
            return greedy_policy.GreedyPolicy(policy)

        def values(network):
            return KerasNetwork(spec, with_means(network.keras_model, self._mean()))

        self._values_network = values(self._q_network)
        self._target_values_network = values(self._target_q_network)
        policy = greedy(self._values_network)
        return policy, policy  # `Actor` explores.

    def _loss(
        self,
        experience,
        td_errors_loss_fn=None,
        gamma=1.0,
        reward_scale_factor=1.0,
        weights=None,
        training=False,
    ):
        # TF-Agents' CategoricalDqnAgent ignores weights and returns no errors.
        time_steps, policy_steps, next_time_steps = self._as_transition(experience)
        scaled = next_time_steps._replace(
            reward=reward_scale_factor * next_time_steps.reward,
            discount=gamma * next_time_steps.discount,
        )
        losses, errors = self._distance(time_steps, policy_steps.action, scaled)
        total = common.aggregate_losses(
            per_example_loss=losses,
            sample_weight=weights,
            regularization_loss=self._q_network.losses,
        )
        extra = dqn_agent.DqnLossInfo(td_loss=losses, td_error=errors)
        return tf_agent.LossInfo(total.total_loss, extra)

    def _next_distributions(self, next_time_steps):
        """Returns the target network's outputs for the best actions, `(B, Z)`."""
        outputs = self._next_outputs(self._target_q_network, next_time_steps)
        choice = outputs
        if self.double:
            choice = self._next_outputs(self._q_network, next_time_steps)
        best = best_actions(self._mean()(choice), next_time_steps.observation)
        return of_actions(outputs, best)


def of_actions(outputs: tf.Tensor, actions: tf.Tensor) -> tf.Tensor:
    """Returns the outputs of one action of each row, `(B, Z)`.

    Args:
        outputs: float `(B, A, Z)`.
        actions: int `(B,)`.
    """
    # A gather's gradient is a scatter, which XLA loops over on CPUs.
    chosen = tf.one_hot(actions, outputs.shape[1], dtype=outputs.dtype)
    return tf.einsum("baz,ba->bz", outputs, chosen)


def bellman(next_time_steps: ts.TimeStep, returns: tf.Tensor) -> tf.Tensor:
    """Returns `R + gamma D Z` of samples or atoms Z, `(B, Z)`.

    Args:
        next_time_steps: `TimeStep`, its discount times gamma.
        returns: float `(Z,)` or `(B, Z)`.
    """
    reward = next_time_steps.reward[:, None]
    return reward + next_time_steps.discount[:, None] * returns
