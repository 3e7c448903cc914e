"""What all layers that map node features along edges have in common."""

import ast
import inspect
import re

import keras
import numpy as np
import pytest

import kerazoo.layers.graph
from kerazoo import layers

# Name: (layer with arguments that are not the defaults, inputs after the features).
EDGES = ("source", "target")
CASES = {
    "appnp": (
        lambda **kw: layers.APPNPPropagation(3, 0.2, dropout=0.1, seed=5, **kw),
        (*EDGES, "edge_weights"),
    ),
    "arma": (
        lambda **kw: layers.ARMAConv(
            5, num_steps=3, num_stacks=2, step_activation="tanh", **kw
        ),
        (*EDGES, "edge_weights"),
    ),
    "chebyshev": (
        lambda **kw: layers.ChebyshevConv(5, num_steps=4, **kw),
        (*EDGES, "edge_weights"),
    ),
    "attentive_fp": (lambda **kw: layers.AttentiveFPBlock(0.1, seed=5, **kw), EDGES),
    "attentive_fp_edges": (
        lambda **kw: layers.AttentiveFPBlock(**kw),
        (*EDGES, "edge_features"),
    ),
    "directed": (
        lambda **kw: layers.DirectedConv(5, alpha=0.3, learn_alpha=True, **kw),
        (*EDGES, "edge_weights"),
    ),
    "directed_messages": (
        lambda **kw: layers.DirectedMessagePassing(
            5, num_steps=1, activation="tanh", dropout=0.1, seed=5, **kw
        ),
        EDGES,
    ),
    "directed_messages_edges": (
        lambda **kw: layers.DirectedMessagePassing(5, use_bias=False, **kw),
        (*EDGES, "edge_features"),
    ),
    "gat": (
        lambda **kw: layers.GATConv(
            5, num_heads=2, attention_dropout=0.1, feature_dropout=0.2, seed=5, **kw
        ),
        EDGES,
    ),
    "gat_edges": (
        lambda **kw: layers.GATConv(
            5, 2, concat_heads=False, add_self_loops=False, negative_slope=0.1, **kw
        ),
        (*EDGES, "edge_features"),
    ),
    "gatv2": (lambda **kw: layers.GATv2Conv(5, num_heads=2, **kw), EDGES),
    "gatv2_edges": (
        lambda **kw: layers.GATv2Conv(5, num_heads=2, concat_heads=False, **kw),
        (*EDGES, "edge_features"),
    ),
    "gcn": (
        lambda **kw: layers.GCNConv(
            5,
            activation="relu",
            kernel_initializer="he_normal",
            bias_initializer="ones",
            kernel_regularizer=keras.regularizers.L2(0.1),
            bias_regularizer="l1",
            **kw,
        ),
        (*EDGES, "edge_weights"),
    ),
    "gcn_plain": (
        lambda **kw: layers.GCNConv(5, normalize=False, use_bias=False, **kw),
        EDGES,
    ),
    "gcnii": (
        lambda **kw: layers.GCNIIConv(0.2, 0.3, activation="relu", **kw),
        ("initial_features", *EDGES, "edge_weights"),
    ),
    "gin": (
        lambda **kw: layers.GINConv(5, 3, learn_epsilon=True, epsilon=0.1, **kw),
        (*EDGES, "edge_weights"),
    ),
    "gine": (
        lambda **kw: layers.GINEConv(5, batch_normalization=False, **kw),
        (*EDGES, "edge_features"),
    ),
    "rgcn": (
        lambda **kw: layers.RGCNConv(5, num_relations=4, **kw),
        (*EDGES, "edge_types", "edge_weights"),
    ),
    "rgcn_bases": (
        lambda **kw: layers.RGCNConv(5, 4, num_bases=2, aggregator="sum", **kw),
        (*EDGES, "edge_types"),
    ),
    "sage": (
        lambda **kw: layers.SAGEConv(5, normalize=True, **kw),
        (*EDGES, "edge_weights"),
    ),
    "sage_max": (lambda **kw: layers.SAGEConv(5, aggregator="max", **kw), EDGES),
    "sgc": (
        lambda **kw: layers.SGConv(5, num_steps=3, **kw),
        (*EDGES, "edge_weights"),
    ),
    "ssgc": (lambda **kw: layers.SSGConv(5, 3, alpha=0.2, **kw), EDGES),
    "tag": (
        lambda **kw: layers.TAGConv(5, num_steps=2, activation="relu", **kw),
        (*EDGES, "edge_weights"),
    ),
    "transformer": (
        lambda **kw: layers.GraphTransformerBlock(2, 5, 0.1, "relu", seed=5, **kw),
        EDGES,
    ),
    "transformer_edges": (
        lambda **kw: layers.GraphTransformerBlock(3, **kw),
        (*EDGES, "edge_features"),
    ),
}
all_layers = pytest.mark.parametrize("case", CASES)


def create(case, graph, **kwargs):
    """Returns the layer and its inputs by name, the node features first."""
    make, names = CASES[case]
    inputs = {name: getattr(graph, name) for name in ("node_features", *names)}
    return make(**kwargs), inputs


def numpy_call(layer, inputs):
    return keras.ops.convert_to_numpy(layer(**inputs))


def select_edges(inputs, edges):
    """Returns the inputs with these edges only, in this order."""
    per_edge = {*EDGES, "edge_weights", "edge_features", "edge_types"}
    return {k: v[edges] if k in per_edge else v for k, v in inputs.items()}


def assert_finite(arrays):
    assert all(np.isfinite(array).all() for array in arrays)


def float_gradients(gradients, layer, inputs):
    names = [name for name, value in inputs.items() if value.dtype == "float32"]
    return gradients(
        layer,
        lambda *arrays: layer(**{**inputs, **dict(zip(names, arrays))}),
        *(inputs[name] for name in names),
    )


@all_layers
def test_outputs_follow_a_permutation_of_nodes_and_edges(graph, randomise, case):
    layer, inputs = create(case, graph)
    layer(**inputs)
    randomise(layer)
    outputs = numpy_call(layer, inputs)
    random = np.random.default_rng(3)
    order = random.permutation(graph.num_nodes)
    place = np.argsort(order).astype("int32")  # New number of each node.
    permuted = select_edges(inputs, random.permutation(len(graph.source)))
    for name in ("node_features", "initial_features"):
        if name in permuted:
            permuted[name] = permuted[name][order]
    for name in EDGES:
        permuted[name] = place[permuted[name]]
    np.testing.assert_allclose(
        numpy_call(layer, permuted), outputs[order], atol=1e-5, rtol=1e-5
    )
    assert np.abs(outputs - outputs[order]).max() > 0.1


@all_layers
def test_gradients_are_finite_and_reach_every_weight(graph, randomise, gradients, case):
    layer, inputs = create(case, graph)
    layer(**inputs)
    randomise(layer)
    found = float_gradients(gradients, layer, inputs)
    assert_finite(found)
    for variable, gradient in zip(layer.trainable_variables, found):
        assert gradient.any(), variable.path


@all_layers
def test_graph_without_edges(graph, randomise, gradients, case):
    layer, inputs = create(case, graph)
    layer(**inputs)
    randomise(layer)
    empty = select_edges(inputs, np.arange(0))
    outputs = numpy_call(layer, empty)
    assert_finite([outputs, *float_gradients(gradients, layer, empty)])
    # Without edges every node is by itself, as in a graph of this one node.
    for name in ("node_features", "initial_features"):
        if name in empty:
            empty[name] = empty[name][:1]
    np.testing.assert_allclose(numpy_call(layer, empty), outputs[:1], atol=1e-5)


@pytest.mark.parametrize(
    "case",
    [
        *("appnp", "arma", "chebyshev", "directed", "gcn", "gcnii", "gin", "sage"),
        *("sgc", "tag"),
    ],
)
def test_any_matrix_can_take_the_place_of_the_edges(graph, randomise, case):
    layer, inputs = create(case, graph)
    layer(**inputs)
    randomise(layer)
    matrix = graph.adjacency
    if case in {"appnp", "gcn", "gcnii", "sgc"}:
        matrix = matrix + np.eye(graph.num_nodes)
        scale = matrix.sum(axis=1) ** -0.5
        matrix = scale[:, None] * matrix * scale
    elif case in {"arma", "chebyshev", "tag"}:
        degrees = matrix.sum(axis=1)
        scale = np.where(degrees > 0, np.maximum(degrees, 1e-9) ** -0.5, 0)
        matrix = scale[:, None] * matrix * scale
    elif case == "sage":
        matrix = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1e-9)
    elif case == "directed":
        scale = np.maximum(matrix.sum(axis=1, keepdims=True), 1e-9) ** -0.5
        matrix = scale * matrix * np.maximum(matrix.sum(axis=0), 1e-9) ** -0.5
    adjacency = Dense(matrix)
    if case == "directed":
        adjacency = adjacency, Dense(matrix.T)
    features = {k: v for k, v in inputs.items() if k.endswith("_features")}
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(layer(**features, adjacency=adjacency)),
        numpy_call(layer, inputs),
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "case",
    ["arma", "directed", "gat", "gatv2", "gcn", "rgcn", "sage", "sgc", "tag"],
)
@pytest.mark.parametrize("kind", ["sparse", "any_matrix"])
def test_features_can_be_sparse_or_any_matrix(graph, case, kind):
    layer, inputs = create(case, graph)
    inputs["node_features"] = np.where(graph.node_features > 0, 1, 0).astype("float32")
    expected = numpy_call(layer, inputs)
    wrap = sparse_tensor if kind == "sparse" else Dense
    inputs["node_features"] = wrap(inputs["node_features"])
    np.testing.assert_allclose(numpy_call(layer, inputs), expected, atol=1e-5)


def sparse_tensor(matrix):
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.sparse.from_dense(matrix)
    if keras.backend.backend() == "jax":
        from jax.experimental import sparse

        return sparse.BCOO.fromdense(matrix)
    import torch

    return torch.tensor(matrix).to_sparse_csr()


class Dense:
    """The least that an adjacency, or features that are no tensor, must be."""

    def __init__(self, matrix):
        self.matrix = matrix.astype("float32")

    def __matmul__(self, features):
        return keras.ops.matmul(self.matrix, features)


@all_layers
def test_config_round_trip(graph, case):
    layer, _ = create(case, graph, name="layer", dtype="mixed_bfloat16")
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert again.compute_dtype == "bfloat16"
    names = {
        name
        for base in type(layer).__mro__
        if base.__module__.startswith("kerazoo")
        for name in inspect.signature(base.__init__).parameters
    }
    assert names - {"self", "kwargs"} <= set(config)


@all_layers
def test_functional_model_knows_its_shape_and_reloads(tmp_path, graph, randomise, case):
    layer, inputs = create(case, graph)
    symbols = {
        name: keras.Input(array.shape[1:], dtype=str(array.dtype), name=name)
        for name, array in inputs.items()
    }
    model = keras.Model(symbols, layer(**symbols))
    randomise(model)
    outputs = keras.ops.convert_to_numpy(model(inputs))
    assert tuple(model.output.shape) == (None, outputs.shape[1])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(loaded(inputs)), outputs)


@keras.saving.register_keras_serializable(package="kerazoo_tests")
class OneLayer(keras.Model):
    """Subclassed model that calls a layer with its inputs by name."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def call(self, inputs):
        return self.layer(**inputs)

    def get_config(self):
        layer = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": layer}

    @classmethod
    def from_config(cls, config):
        layer = keras.saving.deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)

    def build_from_config(self, config):
        """Leaves it to the layer, which has built itself."""


@all_layers
def test_layer_in_a_subclassed_model_reloads(tmp_path, graph, randomise, case):
    layer, inputs = create(case, graph)
    model = OneLayer(layer)
    model(inputs)
    randomise(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(loaded(inputs)),
        keras.ops.convert_to_numpy(model(inputs)),
    )


@all_layers
def test_mixed_precision(graph, case):
    layer, inputs = create(case, graph, dtype="mixed_bfloat16")
    outputs = layer(**inputs)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {weight.dtype for weight in layer.trainable_weights} <= {"float32"}
    exact, _ = create(case, graph)
    exact(**inputs)
    exact.set_weights(layer.get_weights())
    expected = numpy_call(exact, inputs)
    outputs = keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))
    # Three significant bits of the eight of bfloat16.
    np.testing.assert_allclose(outputs, expected, atol=0.1, rtol=0.1)


@all_layers
@pytest.mark.skipif(keras.backend.backend() == "torch", reason="has no such graph")
def test_compiled_with_sizes_that_are_not_known(graph, case):
    layer, inputs = create(case, graph)
    expected = numpy_call(layer, inputs)
    if keras.backend.backend() == "jax":
        import jax

        compiled = jax.jit(lambda inputs: layer(**inputs))
    else:
        import tensorflow as tf

        signature = {
            name: tf.TensorSpec([None, *array.shape[1:]], array.dtype)
            for name, array in inputs.items()
        }
        compiled = tf.function(
            lambda inputs: layer(**inputs), input_signature=[signature]
        )
    np.testing.assert_allclose(compiled(inputs), expected, atol=1e-5)


@all_layers
@pytest.mark.parametrize("shape", [(7,), (7, 6, 1)])
def test_features_of_wrong_rank_raise(graph, case, shape):
    layer, inputs = create(case, graph)
    inputs["node_features"] = np.ones(shape, "float32")
    with pytest.raises(ValueError, match=r"\(nodes, features\).*node_features.shape="):
        layer(**inputs)


@all_layers
def test_edges_of_wrong_rank_raise(graph, case):
    layer, inputs = create(case, graph)
    inputs["source"] = np.stack([graph.source, graph.target])
    with pytest.raises(ValueError, match=r"one length.*source.shape=\(2, 10\)"):
        layer(**inputs)


@pytest.mark.parametrize("case", ["appnp", "directed", "gcn", "gcnii", "gin", "sage"])
def test_neither_edges_nor_matrix_raises(graph, case):
    layer, inputs = create(case, graph)
    features = {k: v for k, v in inputs.items() if k.endswith("_features")}
    with pytest.raises(ValueError, match=r"or an `adjacency`.*Received: source=None"):
        layer(**features)


@pytest.mark.parametrize("name", ["DirectedConv", "GATConv", "GCNConv", "SAGEConv"])
def test_no_units_raise(name):
    with pytest.raises(ValueError, match="`units` must be positive. Received: units=0"):
        getattr(layers, name)(0)


@pytest.mark.parametrize("name", kerazoo.layers.graph.__all__)
def test_example_runs_and_has_the_shape_it_says(name):
    documented = getattr(layers, name)
    example = re.search(r"```python\n(.*?)```", inspect.getdoc(documented), re.DOTALL)
    if example is None:
        assert inspect.isfunction(documented)
        return
    *statements, last = ast.parse(example[1]).body
    scope = {"keras": keras, "np": np, "positions": np.eye(3, dtype="float32")}
    scope |= {"source": np.array([0, 1]), "target": np.array([1, 2]), **vars(layers)}
    is_value = isinstance(last, ast.Expr)
    exec(ast.unparse(statements if is_value else [*statements, last]), scope)
    outputs = eval(ast.unparse(last), scope) if is_value else None
    comment = example[1].rstrip().splitlines()[-1].partition("  # ")[2]
    if comment.startswith("(") and outputs is not None:
        assert str(tuple(outputs.shape)) == comment
