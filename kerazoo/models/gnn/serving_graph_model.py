"""The signatures of an exported graph model."""

import functools
import types
import typing
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.layers.graph.edge_product import portable_products
from kerazoo.models.gnn.graph_answers import answers
from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_checks import EXAMPLES
from kerazoo.models.gnn.graph_checks import are_examples
from kerazoo.models.gnn.graph_checks import example_checks
from kerazoo.models.gnn.graph_checks import has_roots
from kerazoo.models.gnn.graph_checks import num_graphs
from kerazoo.models.gnn.graph_checks import stays_within_graphs
from kerazoo.models.gnn.graph_checks import tensor_checks
from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_schemas import EDGES
from kerazoo.models.gnn.graph_schemas import NODES
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.graph_tensor_model import smallest_graph
from kerazoo.models.gnn.graph_tensors import from_graph
from kerazoo.models.gnn.graph_tensors import write_example
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.models.gnn.serving_schema import PAIRS
from kerazoo.models.gnn.serving_schema import serving_schema
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.tracing import trace

_EXAMPLE_NODES = 64


class ServingGraphModel:
    """Serves a graph model to clients with and without TF-GNN.

    `serve_examples` takes `examples`, a vector of serialised `tf.train.Example`
    graphs of `schema`; `serve_tensors` the tensors of one or several graphs:
    `node_features`, `source`, `target`, and where the model has them `edge_weights`,
    `edge_features` and `context_features`. For whole graphs and roots, `graph_ids`
    tells which graph each node belongs to, from 0 and in ascending order. The pairs of
    nodes to score are the tensor `pairs`, or an edge set `"pairs"` of the examples.

    A `GraphTensorModel` around a `NodeClassifier` or a `GraphPredictor` is served by
    examples alone, of its own schema without the features that it excludes. Nodes of
    several sets are in the order of their sets' names.

    Outputs are `class` and `probabilities` of nodes or graphs, `probabilities` of
    pairs to be linked, or the `value` of graphs; with examples of nodes also
    `graph_ids`, the example that each row belongs to. A model of several targets of
    graphs answers `value_<name>` or `probability_<name>` of each, `(B,)`. Those of a
    `GraphEnsemble` are means; `deviation`, or `deviation_<name>`, is how much its
    members differ in the value or the probabilities.

    Args:
        model: `NodeClassifier`, `LinkPredictor`, `GraphPredictor`, `GraphEnsemble` or
            `GraphTensorModel`, built and outside of any strategy.
        edge_weights: Whether edges have weights; a `GraphTensorModel`'s schema tells.
        graph: Graph that `example` asks about, as `requests` takes it; None for one of
            a single node.
        limits: What a request may ask for. Default: `Limits()`.
        target_names: Names of several targets of graphs; None for their numbers.

    Raises:
        ValueError: If the network of a `GraphTensorModel` is another, or another model
            has several types of edges, which only edge sets can tell.

    Attributes:
        schema: Text of the `GraphSchema` of the examples.
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    serving = ServingGraphModel(model)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: keras.Model,
        edge_weights: bool = False,
        graph: GraphArrays | tfgnn.GraphTensor | None = None,
        limits: Limits | None = None,
        target_names: Sequence[str] | None = None,
    ):
        # The variables alone: TensorFlow would trace a Keras model with float indices.
        self.module = tf.Module(name="serving_graph_model")
        self.module.weights = [variable.value for variable in model.weights]
        self._graph = graph
        self._limits = limits or Limits()
        self._wrapper = None
        self._model = model
        if isinstance(model, GraphTensorModel):
            self._wrapper = model
            self._model = _checked(model.network)
        self.schema = serving_schema(model, edge_weights)
        self._spec = spec_from_schema(self.schema)
        self._edge_weights = edge_weights
        self._target_names = target_names

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        examples = tf.TensorSpec((None,), tf.string)
        found = {"serving_default": trace(self.serve_examples, examples=examples)}
        if self._wrapper is None:
            specs = self._tensor_specs(self._edge_weights)
            found["tensors"] = trace(self.serve_tensors, **specs)
        return found

    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for serialised graphs `(B,)`."""
        graph = self._parse(examples)
        if self._wrapper is not None:
            inputs = self._wrapper.network_inputs(graph)
        elif isinstance(self._model, LinkPredictor):
            pairs = graph.edge_sets[PAIRS].adjacency
            inputs = plain_tensors(_without_pairs(graph))
            inputs["pairs"] = tf.stack([pairs.source, pairs.target], axis=1)
        else:
            inputs = plain_tensors(graph)
        outputs = self._outputs(inputs, EXAMPLES)
        if isinstance(self._model, NodeClassifier):
            ids = inputs["graph_ids"]
            if _reads_roots(self._model) or "nodes" in inputs:
                ids = tf.range(inputs["num_graphs"])
            outputs["graph_ids"] = ids
        return outputs

    def serve_tensors(self, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for the tensors of graphs."""
        inputs = checked(inputs, tensor_checks(inputs, self._limits))
        if "graph_ids" in inputs:
            inputs = checked(inputs, [stays_within_graphs(inputs)])
            inputs["num_graphs"] = num_graphs(inputs["graph_ids"])
        return self._outputs(inputs, "node_features")

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        graph = self._graph
        if graph is None:
            graph = smallest_graph(spec_from_schema(self.schema))
        return self.requests(graph)

    def requests(
        self,
        graph: GraphArrays | tfgnn.GraphTensor,
        pairs: Sequence[Sequence[int]] = ((0, 0),),
    ) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature that asks about one graph.

        Args:
            graph: Of a large one, only the first nodes and the edges among them are
                asked about. For a `GraphTensorModel`, a `tfgnn.GraphTensor` of one
                component.
            pairs: int `(P, 2)`. Nodes to score, for a `LinkPredictor`.
        """
        if self._wrapper is not None:
            return {"serving_default": _request(graph)}
        graph_tensor = graph
        if not isinstance(graph, tfgnn.GraphTensor):
            graph_tensor = from_graph(_first_nodes(graph))
        inputs: dict[str, typing.Any] = plain_tensors(_without_pairs(graph_tensor))
        if isinstance(self._model, LinkPredictor):
            pairs = tf.constant(pairs, tf.int32)
            graph_tensor = _with_pairs(graph_tensor, pairs)
            inputs["pairs"] = pairs
        names = self.endpoints["tensors"].structured_input_signature[1]
        return {
            "serving_default": _request(graph_tensor),
            "tensors": {name: inputs[name].numpy() for name in names},
        }

    def _parse(self, examples):
        """Returns the graphs of examples as one, of as many components."""
        most = self._limits.max_examples
        checks = [has_rows(EXAMPLES, examples, most), are_examples(examples)]
        examples = checked(examples, checks)
        with tf.name_scope(EXAMPLES):  # So errors of parsing name the input, too.
            graphs = tfgnn.parse_example(self._spec, examples)
        checks = example_checks(graphs, self._limits)
        root_set = NODES if _reads_roots(self._model) else None
        root_set = self._wrapper.root_set if self._wrapper else root_set
        if root_set is not None:
            checks.append(has_roots(graphs, root_set))
        return checked(graphs, checks).merge_batch_to_components()

    def _outputs(self, inputs, name):
        features = inputs["node_features"]

        def check(outputs):
            return checked(outputs, [gives_finite(name, features, outputs)])

        with portable_products():
            return answers(self._model, inputs, self._target_names, check)

    def _tensor_specs(self, edge_weights):
        model = self._model
        shapes = {"node_features": (None, model.node_feature_size)}
        if edge_weights:
            shapes["edge_weights"] = (None,)
        if model.edge_feature_size:
            shapes["edge_features"] = (None, model.edge_feature_size)
        if model.context_feature_size:
            shapes["context_features"] = (None, model.context_feature_size)
        specs = {k: tf.TensorSpec(v, tf.float32, k) for k, v in shapes.items()}
        for name in ("source", "target"):
            specs[name] = tf.TensorSpec((None,), tf.int32, name)
        if isinstance(model, LinkPredictor):
            specs[PAIRS] = tf.TensorSpec((None, 2), tf.int32, PAIRS)
        if isinstance(model, GraphPredictor | GraphEnsemble) or _reads_roots(model):
            specs["graph_ids"] = tf.TensorSpec((None,), tf.int32, "graph_ids")
        return specs


def _checked(network):
    if not isinstance(network, NodeClassifier | GraphPredictor):
        raise ValueError(
            "The network of a `GraphTensorModel` must be a NodeClassifier or a "
            f"GraphPredictor to be served. Received: {type(network).__name__}"
        )
    return network


def _reads_roots(model):
    return isinstance(model, NodeClassifier) and model.readout == "root"


def _request(graph_tensor):
    return {"examples": np.array([write_example(graph_tensor)], object)}


def _without_pairs(graph):
    return tfgnn.GraphTensor.from_pieces(
        context=graph.context,
        node_sets=graph.node_sets,
        edge_sets={EDGES: graph.edge_sets[EDGES]},
    )


def _with_pairs(graph, pairs):
    pairs = tfgnn.EdgeSet.from_fields(
        sizes=tf.shape(pairs)[:1],
        adjacency=tfgnn.Adjacency.from_indices(
            (NODES, pairs[:, 0]), (NODES, pairs[:, 1])
        ),
    )
    return tfgnn.GraphTensor.from_pieces(
        context=graph.context,
        node_sets=graph.node_sets,
        edge_sets={**graph.edge_sets, PAIRS: pairs},
    )


def _first_nodes(graph):
    """Returns the graph of the first nodes."""
    count = min(graph.node_features.shape[0], _EXAMPLE_NODES)
    kept = (graph.source < count) & (graph.target < count)

    def edges(values):
        return None if values is None else values[kept]

    return types.SimpleNamespace(
        node_features=graph.node_features[:count],
        source=graph.source[kept],
        target=graph.target[kept],
        edge_features=edges(graph.edge_features),
        edge_weights=edges(graph.edge_weights),
        context_features=graph.context_features,
    )
