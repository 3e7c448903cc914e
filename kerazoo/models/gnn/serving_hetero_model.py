"""The signatures of an exported model of graphs of several sets."""

import functools
import re
import typing
from collections.abc import Iterable

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.graph_checks import EXAMPLES
from kerazoo.models.gnn.graph_checks import are_examples
from kerazoo.models.gnn.graph_checks import example_checks
from kerazoo.models.gnn.graph_checks import has_roots
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.graph_schemas import without_features
from kerazoo.models.gnn.graph_tensor_model import smallest_graph
from kerazoo.models.gnn.graph_tensors import write_example
from kerazoo.models.gnn.hetero_node_classifier import HeteroNodeClassifier
from kerazoo.models.gnn.hetero_tensors import LABEL
from kerazoo.models.gnn.hetero_tensors import first_nodes
from kerazoo.models.gnn.hetero_tensors import hetero_inputs
from kerazoo.models.gnn.hetero_tensors import hetero_schema
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace


class ServingHeteroModel:
    """Serves a `HeteroNodeClassifier` to clients with and without TF-GNN.

    `serving_default` takes `examples`, serialised `tf.train.Example` graphs of
    `schema`; `tensors` the tensors of one graph: for each set of nodes
    `<set>_features`, of width 0 where it has none, and for each set of edges
    `<set>_source`, `<set>_target` and, where it has them, `<set>_weights` and
    `<set>_features`.

    Outputs are `class` and `probabilities` of all nodes of the classified set, in
    order; with examples also `graph_ids`, the example that each belongs to. A model of
    roots answers for the first node of that set in each example only, and has no
    `tensors`.

    Args:
        model: The model, outside of any strategy.
        graph: `tfgnn.GraphTensor` of one component that `example` asks about; None for
            one of a single node in each set.
        limits: What a request may ask for. Default: `Limits()`.
        schema: Text of the `GraphSchema` of the examples; None for that of the model's
            own sets, see `hetero_schema`.
        exclude: Names of features of a given schema that the model does not see.
        roots: Whether the first node of each example is asked about, not all.

    Attributes:
        schema: Text of the `GraphSchema` of the examples.
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    writes = EdgeSetSpec("author", "paper")
    spec = HeteroSpec({"author": 0, "paper": 8}, {"writes": writes})
    model = make_hetero_classifier(spec, "paper", num_classes=2)
    serving = ServingHeteroModel(model)
    serving.endpoints["tensors"](**serving.example()["tensors"])["class"]  # (1,)
    ```
    """

    def __init__(
        self,
        model: HeteroNodeClassifier,
        graph: tfgnn.GraphTensor | None = None,
        limits: Limits | None = None,
        schema: str | None = None,
        exclude: Iterable[str] = (LABEL,),
        roots: bool = False,
    ):
        self.module = tf.Module(name="serving_hetero_model")
        self.module.weights = [variable.value for variable in model.weights]
        self._model = model
        self._limits = limits or Limits()
        own = hetero_schema(model.spec)
        self.schema = own if schema is None else without_features(schema, exclude)
        self._graph_spec = spec_from_schema(self.schema)
        self._graph = smallest_graph(self._graph_spec) if graph is None else graph
        self._roots = roots

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        examples = tf.TensorSpec((None,), tf.string)
        found = {"serving_default": trace(self.serve_examples, examples=examples)}
        if not self._roots:
            found["tensors"] = trace(self.serve_tensors, **self._tensor_specs())
        return found

    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for serialised graphs `(B,)`."""
        most, node_set = self._limits.max_examples, self._model.encoder.output_set
        rows = tf.shape(examples)[0]
        few = Check(rows <= most, EXAMPLES, f"have at most {most} rows", lambda: rows)
        examples = checked(examples, [few, are_examples(examples)])
        with tf.name_scope(EXAMPLES):  # So errors of parsing name the input, too.
            graphs = tfgnn.parse_example(self._graph_spec, examples)
        checks = example_checks(graphs, self._limits)
        if self._roots:
            checks.append(has_roots(graphs, node_set))
        graph = checked(graphs, checks).merge_batch_to_components()
        inputs = hetero_inputs(graph, exclude=())
        ids = tf.range(rows)
        if self._roots:
            inputs["nodes"] = first_nodes(graph, node_set)
        else:
            ids = tf.repeat(ids, graph.node_sets[node_set].sizes)
        return {**self._outputs(inputs, EXAMPLES), "graph_ids": ids}

    def serve_tensors(self, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the outputs for the tensors of one graph."""
        inputs = checked(inputs, self._tensor_checks(inputs))
        spec, names = self._model.spec, _input_names(self._model.spec)
        graph: dict[str, typing.Any] = {"node_features": {}, "edges": {}}
        for node_set in spec.node_sets:
            features = inputs[names[node_set, "node_features"]]
            graph["node_features"][node_set] = features
        for edge_set in spec.edge_sets:
            graph["edges"][edge_set] = {
                part: inputs[name]
                for (piece, part), name in names.items()
                if piece == edge_set and part != "node_features"
            }
        return self._outputs(
            graph, names[self._model.encoder.output_set, "node_features"]
        )

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        return self.requests(self._graph)

    def requests(self, graph: tfgnn.GraphTensor) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature that asks about one graph.

        Args:
            graph: `tfgnn.GraphTensor` of one component.
        """
        examples = np.array([write_example(graph)], object)
        found: dict[str, dict[str, np.ndarray]] = {
            "serving_default": {EXAMPLES: examples}
        }
        if self._roots:
            return found
        inputs = hetero_inputs(graph, exclude=())
        found["tensors"] = self.tensors(inputs)
        return found

    def tensors(self, inputs: dict[str, typing.Any]) -> dict[str, np.ndarray]:
        """Returns a request of `tensors`.

        Args:
            inputs: dict of a graph, as the model takes it.
        """
        found = {}
        for (piece, part), name in _input_names(self._model.spec).items():
            if part == "node_features":
                found[name] = np.asarray(inputs["node_features"][piece])
            else:
                found[name] = np.asarray(inputs["edges"][piece][part])
        return found

    def _outputs(self, inputs, name):
        features = inputs["node_features"].values()
        most = tf.stack([_largest(values) for values in features])
        logits = tf.cast(self._model(inputs, training=False), tf.float32)
        logits = checked(logits, [gives_finite(name, most, logits)])
        return {
            "class": tf.argmax(logits, axis=-1),
            "probabilities": tf.nn.softmax(logits),
        }

    def _tensor_specs(self):
        spec, names = self._model.spec, _input_names(self._model.spec)
        found = {}
        for (piece, part), name in names.items():
            shape, dtype = (None,), tf.float32
            if part == "node_features":
                shape = (None, spec.node_sets[piece])
            elif part == "edge_features":
                shape = (None, spec.edge_sets[piece].feature_size)
            elif part in ("source", "target"):
                dtype = tf.int32
            found[name] = tf.TensorSpec(shape, dtype, name)
        return found

    def _tensor_checks(self, inputs):
        spec, names = self._model.spec, _input_names(self._model.spec)
        rows = {name: tf.shape(value)[0] for name, value in inputs.items()}
        nodes = {piece: rows[names[piece, "node_features"]] for piece in spec.node_sets}
        checks = []
        sources = [names[piece, "source"] for piece in spec.edge_sets]
        for kind, counted, most in (
            (
                "nodes",
                [names[p, "node_features"] for p in nodes],
                self._limits.max_nodes,
            ),
            ("edges", sources, self._limits.max_edges),
        ):
            total = tf.add_n([tf.cast(rows[name], tf.int64) for name in counted])
            expected = f"have at most {most} {kind}, with all other sets"
            checks.append(Check(total <= most, counted[0], expected, _constant(total)))
        for (piece, part), name in names.items():
            value = inputs[name]
            if part != "node_features":
                source = names[piece, "source"]
                checks.append(has_rows_of(name, value, f"`{source}`", rows[source]))
            if part in ("source", "target"):
                end = getattr(spec.edge_sets[piece], part)
                checks.append(in_range(name, value, 0, nodes[end] - 1))
            elif 0 not in value.shape:
                checks.append(is_finite(name, value, many=True))
        return checks


def _input_names(spec):
    """Returns the names of the inputs by set and by what they are of it."""
    parts = {(name, "node_features"): "features" for name in spec.node_sets}
    for name, edges in spec.edge_sets.items():
        parts |= {(name, part): part for part in ("source", "target")}
        if edges.weights:
            parts[name, "edge_weights"] = "weights"
        if edges.feature_size:
            parts[name, "edge_features"] = "features"
    return {key: f"{_word(key[0])}_{part}" for key, part in parts.items()}


def _word(name):
    return re.sub(r"\W", "_", name)


def _largest(values):
    return tf.reduce_max(tf.abs(tf.concat([[0.0], tf.reshape(values, [-1])], axis=0)))


def _constant(value):
    return lambda: value
