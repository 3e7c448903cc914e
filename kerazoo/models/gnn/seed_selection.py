"""Choosing seeds one by one, as a model scores them beside those before."""

import keras
import tensorflow as tf


def choose_seeds(
    model: keras.Model,
    inputs: dict[str, tf.Tensor],
    num_nodes: tf.Tensor,
    count: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Chooses nodes greedily: after each, all others are scored anew.

    Args:
        model: An `InfluenceScorer`.
        inputs: dict of `source`, `target` and `probabilities`, `(E,)`.
        num_nodes: int scalar, N.
        count: int scalar, how many nodes; at most N.

    Returns:
        The nodes, int32 `(count,)`, in the order in which they are chosen, and what the
        model says each adds, float32 `(count,)`.

    Example:

    ```python
    edges = {"source": tf.constant([0, 0]), "target": tf.constant([1, 2])}
    inputs = {**edges, "probabilities": tf.constant([0.5, 0.5])}
    choose_seeds(InfluenceScorer(), inputs, tf.constant(3), tf.constant(2))
    ```
    """

    def choose(i, is_seed, nodes, gains):
        scores = model({**inputs, "is_seed": is_seed})
        scores = tf.where(is_seed > 0, scores.dtype.min, scores)
        node = tf.argmax(scores, output_type=tf.int32)
        is_seed = tf.tensor_scatter_nd_update(is_seed, [[node]], [1.0])
        return (
            i + 1,
            is_seed,
            nodes.write(i, node),
            gains.write(i, tf.exp(scores[node])),
        )

    start = (
        tf.constant(0),
        tf.zeros((num_nodes,)),
        tf.TensorArray(tf.int32, count, element_shape=()),
        tf.TensorArray(tf.float32, count, element_shape=()),
    )
    _, _, nodes, gains = tf.while_loop(
        lambda i, *_: i < count, choose, start, parallel_iterations=1
    )
    return nodes.stack(), gains.stack()
