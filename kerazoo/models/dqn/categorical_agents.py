"""C51: distributions of returns over fixed atoms."""

import typing

import tensorflow as tf
from tf_agents.agents.categorical_dqn import categorical_dqn_agent

from kerazoo.models.dqn.distributional_agent import DistributionalAgent
from kerazoo.models.dqn.distributional_agent import bellman
from kerazoo.models.dqn.distributional_agent import of_actions
from kerazoo.models.dqn.expected_values import CategoricalMean


class CategoricalAgent(DistributionalAgent):
    r"""C51: learns the probabilities of equally spaced returns.

    The loss of a transition is the cross-entropy of the target distribution
    \(\Phi \hat{T} Z^-(s', a^*)\), projected onto the atoms, Algorithm 1 of
    [Bellemare et al., 2017](https://arxiv.org/abs/1707.06887). Its error, which
    priorities follow, is the Kullback-Leibler divergence from the target, as in
    [Hessel et al., 2018](https://arxiv.org/abs/1710.02298).

    Args:
        *args, **kwargs: Those of `ValueAgent`; the network returns the logits of Z
            atoms, float `(B, A, Z)`.
        v_min: First atom, the least return.
        v_max: Last atom, the largest return.

    Raises:
        ValueError: If `v_min` is not less than `v_max`, or there are no two atoms.
    """

    def __init__(
        self,
        *args: typing.Any,
        v_min: float = -100.0,
        v_max: float = 100.0,
        **kwargs: typing.Any,
    ):
        if v_min >= v_max:
            raise ValueError(
                "`v_min` must be less than `v_max`. "
                f"Received: v_min={v_min:g}, v_max={v_max:g}"
            )
        self._v_min, self._v_max = v_min, v_max
        super().__init__(*args, **kwargs)

    def _mean(self):
        return CategoricalMean(self._v_min, self._v_max, dtype="float32")

    def _distance(self, time_steps, actions, next_time_steps):
        outputs = self._outputs(self._q_network, time_steps, training=True)
        logits = of_actions(outputs, actions)
        probabilities = tf.nn.softmax(self._next_distributions(next_time_steps))
        atoms = tf.linspace(self._v_min, self._v_max, logits.shape[-1])
        atoms = tf.cast(atoms, logits.dtype)
        target = categorical_dqn_agent.project_distribution(
            bellman(next_time_steps, atoms), probabilities, atoms
        )
        target = tf.stop_gradient(target)
        losses = tf.nn.softmax_cross_entropy_with_logits(target, logits)
        entropy = -tf.reduce_sum(tf.math.xlogy(target, target), axis=-1)
        return losses, losses - entropy


class DoubleCategoricalAgent(CategoricalAgent):
    """C51 whose next actions are the best by the trained network, as in Rainbow.

    [Hessel et al., 2018](https://arxiv.org/abs/1710.02298), "Multi-step learning". See
    `CategoricalAgent`.
    """

    double = True
