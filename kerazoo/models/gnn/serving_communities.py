"""The signatures of a model of communities."""

import functools
import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_checks import EXAMPLES
from kerazoo.models.gnn.node_names import NodeNames
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.tracing import trace


class ServingCommunities(ServingGraphModel):
    """Serves a model of communities, and those of the nodes that it learnt from.

    `serving_default` and `tensors` take graphs as those of a `NodeClassifier` do, and
    return the `community` of each node and the `probabilities` of all, of examples
    also `graph_ids`; greedy moves do not change these. `communities` takes `ids`, a
    vector of names of nodes that it has learnt from, all of them for an empty one, and
    returns their `ids`, `community` and `probabilities`.

    Args:
        model: `CommunityModel`, built and outside of any strategy.
        names: Names of the N nodes that it has learnt from.
        communities: int `(N,)`, theirs.
        probabilities: float `(N, K)`, theirs.
        edge_weights, graph, limits: See `ServingGraphModel`.

    Attributes:
        schema, module: See `ServingGraphModel`.
    """

    def __init__(
        self,
        model: keras.Model,
        names: Sequence[str],
        communities: np.ndarray,
        probabilities: np.ndarray,
        edge_weights: bool = False,
        graph: GraphArrays | tfgnn.GraphTensor | None = None,
        limits: Limits | None = None,
    ):
        super().__init__(model, edge_weights, graph, limits)
        self._communities = tf.Variable(communities, trainable=False, dtype=tf.int32)
        self._shares = tf.Variable(probabilities, trainable=False, dtype=tf.float32)
        self.module.names = self._names = NodeNames(names)
        self.module.known = [self._communities, self._shares]
        self._first = names[0].encode()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        ids = tf.TensorSpec((None,), tf.string)
        found = {"communities": trace(self.communities, ids=ids)}
        return {**found, **super().endpoints}

    def communities(self, ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the communities of nodes `(B,)`, or of all for none."""
        ids = checked(ids, [has_rows("ids", ids, self._limits.max_examples)])
        ids = checked(ids, [self._names.is_known("ids", ids)])
        rows = tf.cond(
            tf.equal(tf.size(ids), 0),
            lambda: tf.range(self._names.count),
            lambda: self._names.rows(ids),
        )
        return {
            "ids": self._names.of(rows),
            "community": tf.gather(self._communities, rows),
            "probabilities": tf.gather(self._shares, rows),
        }

    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the communities of the nodes of serialised graphs `(B,)`."""
        inputs = plain_tensors(self._parse(examples))
        return {**self._outputs(inputs, EXAMPLES), "graph_ids": inputs["graph_ids"]}

    def requests(
        self,
        graph: GraphArrays | tfgnn.GraphTensor,
        pairs: Sequence[Sequence[int]] = ((0, 0),),
    ) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature; of graphs about one, see the base."""
        ids = np.array([self._first], object)
        return {"communities": {"ids": ids}, **super().requests(graph, pairs)}

    def _outputs(self, inputs, name):
        found = super()._outputs(inputs, name)
        return {
            "community": tf.cast(found["class"], tf.int32),
            "probabilities": found["probabilities"],
        }
