"""The signatures of a model of influence."""

import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.seed_selection import choose_seeds
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace


class ServingInfluence:
    """Serves seeds of large cascades in any graph, and what nodes would add to some.

    `seeds`, which is `serving_default`, too, takes a graph as `source` and `target`,
    who activates whom, with the `probabilities` of these edges, and `num_nodes`; and
    `count`, how many seeds. It answers `nodes` `(count,)`, the first chosen first, and
    `gains` `(count,)`, the nodes that each is estimated to add. `score_nodes` takes a
    graph and `seeds`, nodes that are active already or none, and answers `gains`
    `(N,)`, 0 of seeds.

    Args:
        model: `InfluenceScorer`, outside of any strategy.
        limits: What a request may ask for: `max_examples` seeds, `max_nodes`,
            `max_edges`. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of all variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    serving = ServingInfluence(InfluenceScorer())
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(self, model: keras.Model, limits: Limits | None = None):
        self._model = model
        self._limits = limits or Limits()
        # The variables alone: TensorFlow would trace a Keras model with float indices.
        self.module = tf.Module(name="serving_influence")
        self.module.weights = [variable.value for variable in model.weights]

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        nodes, number = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)
        graph = {
            "source": nodes,
            "target": nodes,
            "probabilities": tf.TensorSpec((None,), tf.float32),
            "num_nodes": number,
        }
        seeds = trace(self.seeds, **graph, count=number)
        return {
            "serving_default": seeds,
            "seeds": seeds,
            "score_nodes": trace(self.score_nodes, **graph, seeds=nodes),
        }

    def seeds(
        self,
        source: tf.Tensor,
        target: tf.Tensor,
        probabilities: tf.Tensor,
        num_nodes: tf.Tensor,
        count: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns seeds, and what each adds to those before."""
        most = tf.minimum(num_nodes, self._limits.max_examples)
        inputs, num_nodes, count = self._checked(
            (source, target, probabilities),
            *(num_nodes, count, [in_range("count", count, 1, most)]),
        )
        nodes, gains = choose_seeds(self._model, inputs, num_nodes, count)
        return {"nodes": nodes, "gains": gains}

    def score_nodes(
        self,
        source: tf.Tensor,
        target: tf.Tensor,
        probabilities: tf.Tensor,
        num_nodes: tf.Tensor,
        seeds: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns what each node would add to seeds `(S,)`."""
        inputs, num_nodes, seeds = self._checked(
            (source, target, probabilities),
            *(num_nodes, seeds),
            [
                has_rows("seeds", seeds, self._limits.max_nodes),
                in_range("seeds", seeds, 0, num_nodes - 1),
            ],
        )
        places = seeds[:, None]
        ones = tf.ones_like(seeds, tf.float32)
        is_seed = tf.tensor_scatter_nd_update(tf.zeros((num_nodes,)), places, ones)
        scores = self._model({**inputs, "is_seed": is_seed})
        return {"gains": tf.where(is_seed > 0, 0.0, tf.exp(scores))}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        graph = {
            "source": np.array([0, 1], np.int32),
            "target": np.array([1, 0], np.int32),
            "probabilities": np.array([0.5, 0.5], np.float32),
            "num_nodes": np.array(2, np.int32),
        }
        seeds = {**graph, "count": np.array(1, np.int32)}
        none = np.zeros(0, np.int32)
        return {
            "serving_default": seeds,
            "seeds": seeds,
            "score_nodes": {**graph, "seeds": none},
        }

    def _checked(self, edges, num_nodes, asked, more):
        """Returns the graph, its number of nodes and what is asked, checked."""
        source, target, probabilities = edges
        limits, count = self._limits, tf.shape(source)[0]
        checks = [
            in_range("num_nodes", num_nodes, 1, limits.max_nodes),
            has_rows("source", source, limits.max_edges),
            has_rows_of("target", target, "`source`", count),
            has_rows_of("probabilities", probabilities, "`source`", count),
            in_range("source", source, 0, num_nodes - 1),
            in_range("target", target, 0, num_nodes - 1),
            in_range("probabilities", probabilities, 0.0, 1.0),
            *more,
        ]
        (source, target, probabilities), num_nodes, asked = checked(
            (edges, num_nodes, asked), checks
        )
        inputs = {"source": source, "target": target, "probabilities": probabilities}
        return inputs, num_nodes, asked
