"""Conservative Q-learning: values of actions that logs do not show are kept low."""

import functools
import typing

import tensorflow as tf
from tf_agents.agents import tf_agent
from tf_agents.utils import common

from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.distributional_agent import DistributionalAgent
from kerazoo.models.dqn.value_agents import ValueAgent


@functools.cache
def conservative(kind: type[ValueAgent]) -> type[ValueAgent]:
    r"""Returns an agent class that adds the conservative term to its loss.

    The term is \(\alpha\) times the mean over transitions of

    \[ \log \sum_{a'} \exp Q(s, a') - Q(s, a), \]

    Equation 4 of [Kumar et al., 2020](https://arxiv.org/abs/2006.04779), over the valid
    actions; over several joints it is the mean. Importance weights weigh it, too. An
    agent of distributions has it of their means.

    Args:
        kind: Agent class, such as `DoubleValueAgent`.

    Returns:
        Subclass with a further argument `cql_alpha`.

    Example:

    ```python
    from kerazoo.models.dqn.conservative_agent import conservative
    from kerazoo.models.dqn.value_agents import DoubleValueAgent

    conservative(DoubleValueAgent).__name__  # "ConservativeDoubleValueAgent"
    ```
    """

    class Conservative(kind):  # type: ignore[valid-type, misc]
        def __init__(self, *args: typing.Any, cql_alpha: float, **kwargs: typing.Any):
            self._cql_alpha = cql_alpha
            super().__init__(*args, **kwargs)

        def _loss(self, experience, *args, weights=None, **kwargs):
            found = super()._loss(experience, *args, weights=weights, **kwargs)
            time_steps, policy_steps, _ = self._as_transition(experience)
            # XLA finds that the network was asked about these observations before.
            values = self._outputs(self._q_network, time_steps, training=True)
            if isinstance(self, DistributionalAgent):
                values = self._mean()(values)
            _, mask = split_action_mask(time_steps.observation)
            gap = conservative_gap(values, policy_steps.action, mask)
            total = common.aggregate_losses(per_example_loss=gap, sample_weight=weights)
            loss = found.loss + self._cql_alpha * total.total_loss
            return tf_agent.LossInfo(loss, found.extra)

    Conservative.__name__ = Conservative.__qualname__ = f"Conservative{kind.__name__}"
    return Conservative


def conservative_gap(
    values: tf.Tensor, actions: tf.Tensor, mask: tf.Tensor | None = None
) -> tf.Tensor:
    """Returns how far the soft maximum is above the value of what was done, `(B,)`.

    Args:
        values: float `(B, A)`, or `(B, J, K)` of J joints.
        actions: int `(B,)` or `(B, J)`.
        mask: bool `(B, A)`, the valid actions, or None.
    """
    chosen = tf.gather(values, actions, batch_dims=actions.shape.rank)
    if mask is not None:
        values = tf.where(mask, values, values.dtype.min)
    gap = tf.reduce_logsumexp(values, axis=-1) - chosen
    return gap if gap.shape.rank == 1 else tf.reduce_mean(gap, axis=-1)
