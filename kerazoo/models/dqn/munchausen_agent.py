"""Munchausen DQN: rewards that an agent pays itself for being sure."""

import typing

import tensorflow as tf

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.value_agents import ValueAgent


class MunchausenAgent(ValueAgent):
    r"""DQN that learns soft values and adds the log-policy to the reward.

    With \(\pi = \mathrm{softmax}(Q^- / \tau)\) it learns towards

    \[ r + \alpha [\tau \ln \pi(a | s)]_{l_0}^0
       + \gamma \sum_{a'} \pi(a' | s') (Q^-(s', a') - \tau \ln \pi(a' | s')), \]

    Equation 1 of [Vieillard et al., 2020](https://arxiv.org/abs/2007.14430), over the
    valid actions. With n-step returns only the first action is paid for.

    Args:
        *args, **kwargs: Those of `ValueAgent`.
        alpha: Share of the log-policy.
        temperature: \(\tau\), more than 0.
        clip: \(l_0\), the least that the scaled log-policy counts; at most 0.

    Raises:
        ValueError: If `temperature` is not positive or `clip` is positive.
    """

    def __init__(
        self,
        *args: typing.Any,
        alpha: float = 0.9,
        temperature: float = 0.03,
        clip: float = -1.0,
        **kwargs: typing.Any,
    ):
        if temperature <= 0:
            raise ValueError(
                "`munchausen_temperature` must be positive. "
                f"Received: munchausen_temperature={temperature:g}"
            )
        if clip > 0:
            raise ValueError(
                "`munchausen_clip` must be at most 0. "
                f"Received: munchausen_clip={clip:g}"
            )
        self._alpha, self._temperature, self._clip = alpha, temperature, clip
        super().__init__(*args, **kwargs)

    def _loss(self, experience, *args, **kwargs):
        time_steps, policy_steps, next_time_steps = self._as_transition(experience)
        _, log_policy = self._soft(time_steps)
        chosen = tf.one_hot(policy_steps.action, self._num_actions)
        # Not `0 * -inf` where an action has no probability.
        log_policy = tf.reduce_sum(tf.where(chosen > 0, log_policy, 0.0), axis=-1)
        bonus = tf.clip_by_value(self._temperature * log_policy, self._clip, 0.0)
        reward = next_time_steps.reward + self._alpha * tf.stop_gradient(bonus)
        paid = experience._replace(
            next_time_step=next_time_steps._replace(reward=reward)
        )
        return super()._loss(paid, *args, **kwargs)

    def _compute_next_q_values(self, next_time_steps, info):
        # sum pi (Q - tau ln pi) = tau ln sum exp(Q / tau), without a difference.
        values, _ = self._soft(next_time_steps)
        return values

    def _soft(self, time_steps):
        """Returns soft values `(B,)` and log-probabilities `(B, A)`."""
        q_values = self._next_outputs(self._target_q_network, time_steps)
        scaled = q_values / self._temperature
        _, mask = split_action_mask(time_steps.observation)
        if mask is not None:
            # A terminal observation may have no valid action: its value is unused.
            mask = mask | ~tf.reduce_any(mask, axis=-1, keepdims=True)
            scaled = tf.where(mask, scaled, scaled.dtype.min)
        normaliser = tf.reduce_logsumexp(scaled, axis=-1)
        return self._temperature * normaliser, scaled - normaliser[:, None]
