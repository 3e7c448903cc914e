"""DQN agents that choose an action for each of several joints at once."""

import typing

import tensorflow as tf
from tf_agents.agents.dqn import dqn_agent
from tf_agents.networks import network
from tf_agents.policies import tf_policy
from tf_agents.trajectories import policy_step

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.value_agents import ValueAgent


class BranchingPolicy(tf_policy.TFPolicy):
    """Takes the action of highest value at every joint.

    Args:
        time_step_spec: `TimeStep` spec.
        action_spec: int64 spec `(J,)`.
        q_network: Network of observations to float `(B, J, K)`.
    """

    def __init__(
        self,
        time_step_spec: typing.Any,
        action_spec: typing.Any,
        q_network: network.Network,
    ):
        super().__init__(time_step_spec, action_spec)
        self._q_network = q_network

    def _variables(self):
        return self._q_network.variables

    def _distribution(self, time_step, policy_state):
        raise NotImplementedError("Actions of the highest value have no distribution.")

    def _action(self, time_step, policy_state, seed=None):
        observation, _ = split_action_mask(time_step.observation)
        q_values, _ = self._q_network(observation, step_type=time_step.step_type)
        best = tf.argmax(q_values, axis=-1, output_type=self.action_spec.dtype)
        return policy_step.PolicyStep(best, policy_state, ())


class BranchingAgent(ValueAgent):
    r"""Learns the values of the actions of J joints, with one head for each.

    All joints learn towards one target, the mean over their values at the next state,
    Equation 6 of [Tavakoli et al., 2018](https://arxiv.org/abs/1711.08946):

    \[ y = r + \frac{\gamma}{J} \sum_d Q^-_d(s', a'_d), \]

    with \(a'_d\) the best action of joint d by the target network. The loss of a
    transition is the mean over the joints (Equation 7), its temporal-difference error,
    which priorities follow, the sum of the absolute ones (Equation 8).

    Args:
        *args, **kwargs: Those of `ValueAgent`; the network returns float `(B, J, K)`,
            see `kerazoo.layers.BranchingHead`.

    Example:

    ```python
    from kerazoo.models.dqn import create_agent

    environment = GymnasiumEnvironment("BipedalWalker-v3", action_bins=3)
    model = q_network(environment.observation_spec(), environment.joints)
    create_agent(environment, model)  # A `DoubleBranchingAgent`.
    ```
    """

    def _check_action_spec(self, action_spec):
        self._num_joints = action_spec.shape[0]
        self._num_actions = int(action_spec.maximum.max()) + 1

    def _check_network_output(self, net, label):
        found = tuple(net.create_variables().shape)
        if found != (self._num_joints, self._num_actions):
            raise ValueError(
                f"`model` must return ({self._num_joints}, {self._num_actions}) values "
                f"for the joints and their actions. Received: {found}"
            )

    def _setup_policy(
        self, time_step_spec, action_spec, boltzmann_temperature, emit_log_probability
    ):
        policy = BranchingPolicy(time_step_spec, action_spec, self._q_network)
        return policy, policy  # `Actor` explores.

    def _compute_q_values(self, time_steps, actions, training=False):
        q_values = self._outputs(self._q_network, time_steps, training)
        return tf.gather(q_values, actions, batch_dims=2)

    def _compute_next_q_values(self, next_time_steps, info):
        q_values = self._next_outputs(self._target_q_network, next_time_steps)
        choice = q_values
        if self.double:
            choice = self._next_outputs(self._q_network, next_time_steps)
        best = tf.argmax(choice, axis=-1)
        return tf.reduce_mean(tf.gather(q_values, best, batch_dims=2), axis=-1)

    def _td_loss(self, q_values, next_q_values, rewards, discounts):
        target = dqn_agent.compute_td_targets(next_q_values, rewards, discounts)
        targets = tf.broadcast_to(target[:, None], tf.shape(q_values))
        losses = self._td_errors_loss_fn(targets, q_values)
        errors = tf.reduce_sum(tf.abs(targets - q_values), axis=-1)
        return tf.reduce_mean(losses, axis=-1), errors


class DoubleBranchingAgent(BranchingAgent):
    """Branching agent whose next actions are the best by the trained network.

    See `BranchingAgent`, and
    [van Hasselt et al., 2016](https://arxiv.org/abs/1509.06461), Equation 4.
    """

    double = True


BRANCHING_AGENTS = {"dqn": BranchingAgent, "double_dqn": DoubleBranchingAgent}
