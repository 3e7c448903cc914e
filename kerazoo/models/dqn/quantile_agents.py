"""QR-DQN and IQN: distributions of returns by their quantiles."""

import typing

import keras
import tensorflow as tf

from kerazoo.layers import ImplicitQuantileHead
from kerazoo.models.dqn.actor import split_action_mask
from kerazoo.models.dqn.distributional_agent import DistributionalAgent
from kerazoo.models.dqn.distributional_agent import bellman
from kerazoo.models.dqn.distributional_agent import of_actions
from kerazoo.models.dqn.expected_values import QuantileMean
from kerazoo.models.dqn.noise import step_seed
from kerazoo.models.dqn.value_agents import best_actions

_ONLINE, _TARGET = 1, 2  # Tell the seeds of probabilities from each other.


class QuantileAgent(DistributionalAgent):
    r"""QR-DQN: learns the quantiles of returns at fixed probabilities.

    The loss of a transition is the quantile Huber loss, Equation 10 of
    [Dabney et al., 2018](https://arxiv.org/abs/1710.10044), with the quantiles at the
    midpoints \(\hat\tau_i = (2i + 1) / 2N\). Its error, which priorities follow, is the
    difference of the means.

    Args:
        *args, **kwargs: Those of `ValueAgent`; the network returns N quantiles, float
            `(B, A, N)`.
        kappa: Threshold of the Huber loss; 0 for the absolute error.

    Raises:
        ValueError: If `kappa` is negative.
    """

    def __init__(self, *args: typing.Any, kappa: float = 1.0, **kwargs: typing.Any):
        if kappa < 0:
            raise ValueError(f"`kappa` must not be negative. Received: kappa={kappa:g}")
        self._kappa = kappa
        super().__init__(*args, **kwargs)

    def _mean(self):
        return QuantileMean(dtype="float32")

    def _distance(self, time_steps, actions, next_time_steps):
        outputs = self._outputs(self._q_network, time_steps, training=True)
        quantiles = of_actions(outputs, actions)
        count = quantiles.shape[-1]
        tau = (tf.range(count, dtype=quantiles.dtype) + 0.5) / count
        returns = self._next_distributions(next_time_steps)
        return self._compare(quantiles, tau[None], bellman(next_time_steps, returns))

    def _compare(self, quantiles, tau, targets):
        targets = tf.stop_gradient(targets)
        losses = quantile_huber_loss(quantiles, tau, targets, self._kappa)
        errors = tf.reduce_mean(targets, axis=-1) - tf.reduce_mean(quantiles, axis=-1)
        return losses, errors


class ImplicitQuantileAgent(QuantileAgent):
    r"""IQN: learns the quantiles of returns at random probabilities.

    As `QuantileAgent`, but every train step draws N probabilities \(\tau \sim U[0,
    1)\) of each transition for the trained and as many for the target network, Equation
    3 of [Dabney et al., 2018](https://arxiv.org/abs/1806.06923). Actions are valued by
    the quantiles at fixed midpoints.

    Args:
        *args, **kwargs: Those of `QuantileAgent`; the network is of a
            `keras.Sequential` that ends in a `kerazoo.layers.ImplicitQuantileHead`,
            whose `num_quantiles` is N.
    """

    def _check_network_output(self, net, label):
        super()._check_network_output(net, label)
        model = net.keras_model
        if not (
            isinstance(model, keras.Sequential)
            and isinstance(model.layers[-1], ImplicitQuantileHead)
        ):
            raise ValueError(
                "`model` must be a keras.Sequential that ends in an "
                "ImplicitQuantileHead for agent=iqn."
            )

    def _distance(self, time_steps, actions, next_time_steps):
        tau = self._probabilities(_ONLINE, tf.shape(actions)[0])
        features = self._features(self._q_network, time_steps, training=True)
        head = self._q_network.keras_model.layers[-1]
        quantiles = of_actions(head(features, tau, training=True), actions)

        noisy = bool(self._noisy_layers())
        next_tau = self._probabilities(_TARGET, tf.shape(actions)[0])
        features = self._features(self._target_q_network, next_time_steps, noisy)
        head = self._target_q_network.keras_model.layers[-1]
        values = self._mean()(head(features, training=noisy))
        best = best_actions(values, next_time_steps.observation)
        returns = of_actions(head(features, next_tau, training=noisy), best)
        return self._compare(quantiles, tau, bellman(next_time_steps, returns))

    def _features(self, network, time_steps, training):
        """Returns what the head of a network takes, `(B, D)`."""
        x, _ = split_action_mask(time_steps.observation)
        layers = network.keras_model.layers[:-1]
        return keras.Sequential(layers)(x, training=training) if layers else x

    def _probabilities(self, which, size):
        """Draws probabilities, `(B, N)`: on all replicas together as on one."""
        count = self._q_network.keras_model.layers[-1].num_quantiles
        seed = step_seed([self._seed, which], self.train_step_counter)
        context = tf.distribute.get_replica_context()
        replicas = context.num_replicas_in_sync
        drawn = tf.random.stateless_uniform((replicas * size, count), seed)
        first = context.replica_id_in_sync_group * size
        return drawn[first : first + size]


def quantile_huber_loss(
    quantiles: tf.Tensor, tau: tf.Tensor, targets: tf.Tensor, kappa: float = 1.0
) -> tf.Tensor:
    r"""Returns the quantile Huber loss of each row, float `(B,)`.

    \[ \sum_i \frac{1}{M} \sum_j |\tau_i - \mathbb{1}[u_{ij} < 0]|
       \frac{L_\kappa(u_{ij})}{\kappa}, \qquad u_{ij} = y_j - \theta_i, \]

    Equation 3 of [Dabney et al., 2018](https://arxiv.org/abs/1806.06923), with L the
    Huber loss.

    Args:
        quantiles: float `(B, N)`, \(\theta\).
        tau: float `(B, N)` or `(1, N)`, their probabilities.
        targets: float `(B, M)`, samples y to learn from.
        kappa: Threshold; 0 for the absolute error.

    Example:

    ```python
    import tensorflow as tf
    from kerazoo.models.dqn.quantile_agents import quantile_huber_loss

    tau, targets = tf.constant([[0.1]]), tf.constant([[2.0]])
    quantile_huber_loss(tf.zeros((1, 1)), tau, targets)  # 0.1 * (2 - 0.5)
    ```
    """
    errors = targets[:, None, :] - quantiles[:, :, None]
    sizes = tf.abs(errors)
    if kappa:
        # Also the gradient is right: `where` has no branch without one here.
        small = tf.minimum(sizes, kappa)
        sizes = small * (sizes - 0.5 * small) / kappa
    below = tf.cast(errors < 0, errors.dtype)
    shares = tf.abs(tau[:, :, None] - below)
    return tf.reduce_sum(tf.reduce_mean(shares * sizes, axis=2), axis=1)
