"""GNNExplainer."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.attributions import Score
from kerazoo.models.gnn.importances import Importances

_NEARLY_0 = 1e-8


@dataclasses.dataclass(frozen=True)
class GNNExplainerConfig:
    """How the masks are learnt; the defaults are those of PyTorch Geometric.

    Args:
        steps: Number of steps.
        learning_rate: Step size of Adam.
        edge_size: Penalty of the sum of the edges' mask.
        edge_entropy: Penalty of the mean entropy of the edges' mask.
        feature_size: Penalty of the mean of the features' mask.
        feature_entropy: Penalty of the mean entropy of the features' mask.
    """

    steps: int = 200
    learning_rate: float = 0.05
    edge_size: float = 0.005
    edge_entropy: float = 1.0
    feature_size: float = 1.0
    feature_entropy: float = 0.1


def gnn_explainer(
    loss: Score,
    features: tf.Tensor,
    source: np.ndarray,
    target: np.ndarray,
    seed: int = 0,
    config: GNNExplainerConfig | None = None,
) -> Importances:
    """Learns masks of edges and features that are small and keep an answer.

    Minimises the loss of the answer under the masks and their size and entropy,
    Equation 5 and Section 4.2 of
    [Ying et al., 2019](https://arxiv.org/abs/1903.03894). Edges and features without
    any gradient matter nothing. A node matters as much as the edge of it that matters
    most.

    Args:
        loss: Function of node features float `(N, D)` and a mask of the edges float
            `(E,)` to what is low where the answer is kept, such as minus the
            logarithm of its probability.
        features: float `(N, D)`.
        source, target: int `(E,)`. Ends of the edges.
        seed: Seed of the masks before the first step.
        config: Default: `GNNExplainerConfig()`.

    Returns:
        `Importances` from 0 to 1.

    Example:

    ```python
    found = gnn_explainer(
        lambda x, mask: (1 - mask[0]) ** 2 * x[0, 0],
        *(tf.ones((2, 1)), np.array([0, 1]), np.array([1, 0])),
    )
    found.edges[0] > found.edges[1]  # True
    ```
    """
    config = config or GNNExplainerConfig()
    random = np.random.default_rng(seed)
    count, width = len(source), features.shape[1]
    scale = 2 / np.sqrt(2 * features.shape[0])
    edges = keras.Variable(random.normal(0, scale, count).astype("float32"))
    columns = keras.Variable(random.normal(0, 0.1, width).astype("float32"))
    optimizer = keras.optimizers.Adam(config.learning_rate)
    optimizer.build([edges, columns])

    def masks():
        return [tf.sigmoid(variable.value) for variable in (edges, columns)]

    def reached():
        """Returns 1 for edges and columns that the answer depends on at all."""
        with tf.GradientTape() as tape:
            found = masks()
            tape.watch(found)
            value = loss(features * found[1], found[0])
        none = tf.UnconnectedGradients.ZERO
        gradients = tape.gradient(value, found, unconnected_gradients=none)
        return [tf.cast(tf.not_equal(own, 0), tf.float32) for own in gradients]

    def step(edges_reached, columns_reached):
        with tf.GradientTape() as tape:
            own, of_columns = masks()
            value = loss(features * of_columns, own)
            value += config.edge_size * tf.reduce_sum(own * edges_reached)
            value += config.edge_entropy * _mean(_entropy(own), edges_reached)
            value += config.feature_size * _mean(of_columns, columns_reached)
            entropy = _entropy(of_columns)
            value += config.feature_entropy * _mean(entropy, columns_reached)
        variables = [edges, columns]
        gradients = tape.gradient(value, [v.value for v in variables])
        optimizer.apply([tf.convert_to_tensor(g) for g in gradients], variables)

    reach = tf.function(reached, autograph=False)()
    take_step = tf.function(step, autograph=False)
    for _ in range(config.steps):
        take_step(*reach)
    mask, of_columns = ((own * kept).numpy() for own, kept in zip(masks(), reach))
    nodes = np.zeros(features.shape[0], "float32")
    for ends in (source, target):
        np.maximum.at(nodes, ends, mask)
    return Importances(nodes, of_columns, mask)


def _entropy(mask):
    entropy = -mask * tf.math.log(mask + _NEARLY_0)
    return entropy - (1 - mask) * tf.math.log(1 - mask + _NEARLY_0)


def _mean(values, reached):
    total = tf.reduce_sum(values * reached)
    return tf.math.divide_no_nan(total, tf.reduce_sum(reached))
