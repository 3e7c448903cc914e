"""The signatures of a model that embeds the nodes of any graph."""

import functools
import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_checks import EXAMPLES
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.serving_node_embeddings import ServingNodeEmbeddings
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite


class ServingEmbedder(ServingGraphModel):
    """Serves a model that embeds nodes, and the embeddings of those it learnt from.

    `serving_default` and `tensors` take graphs as those of a `NodeClassifier` do, and
    return `embeddings`, of examples also `graph_ids`. `embed` and `similar_nodes` are
    of the nodes that it has learnt from, see `ServingNodeEmbeddings`.

    Args:
        model: `InfomaxEmbedder` or `ContrastiveEmbedder`, built and outside of any
            strategy.
        names: Names of the N nodes that it has learnt from.
        embeddings: float `(N, U)`, what it says of them.
        edge_weights, graph, limits: See `ServingGraphModel`.

    Attributes:
        schema, module: See `ServingGraphModel`.
    """

    def __init__(
        self,
        model: keras.Model,
        names: Sequence[str],
        embeddings: np.ndarray,
        edge_weights: bool = False,
        graph: GraphArrays | tfgnn.GraphTensor | None = None,
        limits: Limits | None = None,
    ):
        super().__init__(model, edge_weights, graph, limits)
        self._known = ServingNodeEmbeddings(names, embeddings, limits)
        self.module.known = self._known.module

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        return {**self._known.endpoints, **super().endpoints}

    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the embeddings of the nodes of serialised graphs `(B,)`."""
        inputs = plain_tensors(self._parse(examples))
        return {**self._outputs(inputs, EXAMPLES), "graph_ids": inputs["graph_ids"]}

    def requests(
        self,
        graph: GraphArrays | tfgnn.GraphTensor,
        pairs: Sequence[Sequence[int]] = ((0, 0),),
    ) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature; of graphs about one, see the base."""
        return {**self._known.example(), **super().requests(graph, pairs)}

    def _outputs(self, inputs, name):
        outputs = tf.cast(self._model(inputs, training=False), tf.float32)
        check = gives_finite(name, inputs["node_features"], outputs)
        return {"embeddings": checked(outputs, [check])}
