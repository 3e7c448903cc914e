"""Gradients that tell what in a graph an answer comes from."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.importances import Importances

# Of node features `(N, D)` and a mask of the edges `(E,)`, the score of an answer.
Score = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def gradient_times_input(score: Score, features: tf.Tensor, edges: int) -> Importances:
    """Returns what features and edges contribute to a score to first order.

    Args:
        score: Function of node features float `(N, D)` and a mask of the edges float
            `(E,)`, see `kerazoo.layers.edge_mask`, to a scalar.
        features: float `(N, D)`.
        edges: Number of edges E.

    Example:

    ```python
    found = gradient_times_input(
        lambda x, mask: 2 * x[0, 0] + mask[1], tf.constant([[3.0]]), edges=2
    )
    found.nodes, found.edges  # [6.0], [0.0, 1.0]
    ```
    """
    mask = tf.ones(edges)
    return _importances(features, mask, *_gradients(score, features, mask))


def integrated_gradients(
    score: Score, features: tf.Tensor, edges: int, steps: int = 64
) -> Importances:
    r"""Returns what features and edges contribute to a score beyond that of nothing.

    Of the integral of the gradient from no features and no messages,
    \(x_i \int_0^1 \partial_i F(\alpha x) \, d\alpha\), Equation 1 of
    [Sundararajan et al., 2017](https://arxiv.org/abs/1703.01365), by the midpoint rule
    over both at once. Over all features and edges together it adds up to the score
    minus that of zeros, their Proposition 1.

    Args:
        score, features, edges: See `gradient_times_input`.
        steps: Points of the integral.

    Example:

    ```python
    found = integrated_gradients(
        lambda x, mask: x[0, 0] ** 2 * mask[0], tf.constant([[3.0]]), edges=1
    )
    float(found.nodes.sum() + found.edges.sum())  # 9.0, nearly
    ```
    """
    mask = tf.ones(edges)
    gradients = tf.function(
        lambda share: _gradients(score, share * features, share * mask),
        autograph=False,
    )
    totals = [np.zeros(features.shape), np.zeros(edges)]
    for step in range(steps):
        for total, own in zip(totals, gradients(tf.constant((step + 0.5) / steps))):
            total += own.numpy() / steps
    return _importances(features, mask, *totals)


def _gradients(score, features, mask):
    with tf.GradientTape() as tape:
        tape.watch([features, mask])
        value = score(features, mask)
    gradients = tape.gradient(
        value, [features, mask], unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return [tf.convert_to_tensor(gradient) for gradient in gradients]


def _importances(features, mask, by_features, by_mask):
    values = np.asarray(features) * np.asarray(by_features)
    return Importances(
        values.sum(axis=1), values.sum(axis=0), np.asarray(by_mask) * np.asarray(mask)
    )
