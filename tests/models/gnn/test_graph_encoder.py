import kerazoo.models.gnn  # noqa: F401

# isort: split
import math

import keras
import numpy as np
import pytest

from kerazoo import layers
from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
from kerazoo.models.gnn.attentive_fp_encoder import AttentiveFPEncoder
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.convolutions import CONVOLUTIONS
from kerazoo.models.gnn.convolutions import Convolution
from kerazoo.models.gnn.dmpnn_encoder import DMPNNEncoder
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
from kerazoo.models.gnn.node_classifier import NodeClassifier

NAMES = [*CONVOLUTIONS, "appnp", "gcnii", "dmpnn", "attentive_fp"]
FILTERS = ["sgc", "ssgc", "tag", "chebyshev", "arma"]
EDGE_WEIGHTS = ["gcn", "sage", "gin", "rgcn", "directed", "appnp", "gcnii", *FILTERS]
EDGE_FEATURES = ["gat", "gatv2", "gine", "transformer", "dmpnn", "attentive_fp"]


def make(kind, output_units=3, **kwargs):
    """An encoder that is 8 wide, whose dropout is high."""
    if kind == "appnp":
        return APPNPEncoder(8, 2, output_units, **kwargs)
    if kind == "gcnii":
        return GCNIIEncoder(8, 3, output_units, **kwargs)
    if kind == "dmpnn":
        return DMPNNEncoder(8, 2, output_units, **{"dropout": 0.5, **kwargs})
    if kind == "attentive_fp":
        return AttentiveFPEncoder(8, 2, output_units, **{"dropout": 0.5, **kwargs})
    if kind == "rgcn":
        kwargs = {"num_relations": 4, "num_bases": 2, **kwargs}
    return ConvolutionEncoder(kind, 8, 2, output_units, num_heads=2, **kwargs)


def inputs_of(graph, **others):
    inputs = {
        "node_features": graph.node_features,
        "source": graph.source,
        "target": graph.target,
        "edge_weights": graph.edge_weights,
        "edge_features": graph.edge_features,
        **others,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def gcn_matrix(graph):
    """D^-1/2 (A + I) D^-1/2, dense."""
    matrix = np.eye(graph.num_nodes)
    weights = graph.edge_weights
    np.add.at(matrix, (graph.target, graph.source), 1.0 if weights is None else weights)
    scale = matrix.sum(axis=1) ** -0.5
    return scale[:, None] * matrix * scale


def relu(x):
    return np.maximum(x, 0)


def call(encoder, inputs, **kwargs):
    return keras.ops.convert_to_numpy(encoder(inputs, **kwargs))


def built(encoder, inputs, randomise):
    encoder(inputs)
    return randomise(encoder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
def test_full_graph_says_the_same_as_the_edges(name, is_sparse, graph, randomise):
    details = {"weights": name in EDGE_WEIGHTS, "features": name in EDGE_FEATURES}
    edge_size = 3 if name in EDGE_FEATURES else 0
    model = NodeClassifier(make(name), 12, edge_feature_size=edge_size)
    randomise(model)
    full_graph = FullGraph(graph(**details, is_sparse=is_sparse), model)
    prepares = name in ("gcn", "sage", "appnp", "gcnii", *FILTERS)
    assert (full_graph.arguments["adjacency"] is not None) == prepares
    expected = call(model, inputs_of(graph(**details)))
    assert expected.shape == (9, 3)
    np.testing.assert_allclose(full_graph.call(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("weights", [False, True])
def test_gcn_by_dense_matrices(weights, graph, randomise):
    graph = graph(weights)
    encoder = built(make("gcn"), inputs_of(graph), randomise)
    kernel, bias, last_kernel, last_bias = encoder.get_weights()
    matrix = gcn_matrix(graph)
    hidden = relu(matrix @ graph.node_features @ kernel + bias)
    expected = matrix @ hidden @ last_kernel + last_bias
    np.testing.assert_allclose(
        call(encoder, inputs_of(graph)), expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("weights", [False, True])
def test_appnp_by_dense_matrices(weights, graph, randomise):
    graph = graph(weights)
    encoder = make("appnp", num_steps=4, teleport=0.3)
    built(encoder, inputs_of(graph), randomise)
    kernel, bias, last_kernel, last_bias = encoder.get_weights()
    matrix = gcn_matrix(graph)
    start = relu(graph.node_features @ kernel + bias) @ last_kernel + last_bias
    expected = start
    for _ in range(4):
        expected = 0.7 * matrix @ expected + 0.3 * start
    np.testing.assert_allclose(
        call(encoder, inputs_of(graph)), expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("output_units", [3, None])
@pytest.mark.parametrize("weights", [False, True])
def test_gcnii_by_dense_matrices(weights, output_units, graph, randomise):
    graph = graph(weights)
    encoder = make("gcnii", output_units, teleport=0.2, identity_decay=0.7)
    built(encoder, inputs_of(graph), randomise)
    first_kernel, first_bias, *kernels = encoder.get_weights()
    matrix = gcn_matrix(graph)
    x = start = relu(graph.node_features @ first_kernel + first_bias)
    for layer in (1, 2, 3):
        beta = math.log(0.7 / layer + 1)
        support = 0.8 * matrix @ x + 0.2 * start
        identity_mapping = (1 - beta) * np.eye(8) + beta * kernels[layer - 1]
        x = relu(support @ identity_mapping)
    if output_units:
        x = x @ kernels[3] + kernels[4]
    np.testing.assert_allclose(call(encoder, inputs_of(graph)), x, rtol=1e-4, atol=1e-5)


def test_normalization_residual_and_self_connection_by_dense_matrices(graph, randomise):
    graph = graph()
    graph.node_features = graph.node_features[:, :8]  # As wide as the hidden layers.
    encoder = make(
        "gcn", None, normalization="layer", residual=True, self_connection=True
    )
    built(encoder, inputs_of(graph), randomise)
    matrix, x = gcn_matrix(graph), graph.node_features
    residual = 0  # From the second convolution on.
    for convolution, connection, normalization in zip(
        encoder.convolutions, encoder.connections, encoder.normalizations
    ):
        kernel, bias = convolution.get_weights()
        own_kernel, own_bias = connection.get_weights()
        scale, offset = normalization.get_weights()
        y = matrix @ x @ kernel + bias + x @ own_kernel + own_bias
        y = (y - y.mean(axis=1, keepdims=True)) / np.sqrt(
            y.var(axis=1, keepdims=True) + 1e-3
        )
        x = residual = relu(y * scale + offset) + residual
    np.testing.assert_allclose(call(encoder, inputs_of(graph)), x, rtol=1e-4, atol=1e-5)


def test_activation_by_dense_matrices(graph, randomise):
    graph = graph()
    encoder = built(make("gcn", activation="elu"), inputs_of(graph), randomise)
    kernel, bias, last_kernel, last_bias = encoder.get_weights()
    matrix = gcn_matrix(graph)
    x = matrix @ graph.node_features @ kernel + bias
    assert (x < 0).any()
    hidden = np.where(x > 0, x, np.exp(x) - 1)
    expected = matrix @ hidden @ last_kernel + last_bias
    np.testing.assert_allclose(
        call(encoder, inputs_of(graph)), expected, rtol=1e-4, atol=1e-5
    )


def test_residual_takes_sparse_features_of_the_hidden_width(graph, randomise):
    dense, sparse = graph(), graph(is_sparse=True)
    dense.node_features = dense.node_features[:, :8]
    sparse.node_features = sparse.node_features[:, :8]
    model = randomise(NodeClassifier(make("gcn", residual=True), 8))
    np.testing.assert_allclose(
        FullGraph(sparse, model).call(), model(inputs_of(dense)), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("name", EDGE_WEIGHTS)
def test_edge_weights_reach_the_output(name, graph, randomise):
    graph = graph(weights=True)
    inputs = inputs_of(graph)
    encoder = built(make(name), inputs, randomise)
    changed = {**inputs, "edge_weights": graph.edge_weights[::-1]}
    outputs, others = call(encoder, inputs), call(encoder, changed)
    assert np.abs(outputs[:8] - others[:8]).max() > 1e-3
    np.testing.assert_allclose(outputs[8], others[8])  # It has no edges.


@pytest.mark.parametrize("name", EDGE_FEATURES)
def test_edge_features_reach_the_output(name, graph, randomise):
    graph = graph(features=True)
    inputs = inputs_of(graph)
    encoder = built(make(name), inputs, randomise)
    changed = {**inputs, "edge_features": graph.edge_features[::-1]}
    outputs, others = call(encoder, inputs), call(encoder, changed)
    assert np.abs(outputs[:8] - others[:8]).max() > 1e-3
    np.testing.assert_allclose(outputs[8], others[8], rtol=1e-6)


def test_edge_types_reach_the_output(graph, randomise):
    inputs = inputs_of(graph(), edge_types=np.arange(14, dtype="int32") % 4)
    encoder = built(make("rgcn"), inputs, randomise)
    changed = {**inputs, "edge_types": inputs["edge_types"][::-1]}
    assert np.abs(call(encoder, inputs) - call(encoder, changed)).max() > 1e-3
    of_one_type = {**inputs, "edge_types": np.zeros(14, "int32")}
    del inputs["edge_types"]
    np.testing.assert_array_equal(call(encoder, inputs), call(encoder, of_one_type))


@pytest.mark.parametrize(
    ("name", "normalization"),
    [("gin", "none"), ("gine", "none"), ("gcn", "batch"), ("gat", "batch")],
)
def test_masked_nodes_stay_out_of_batch_normalization(
    name, normalization, graph, randomise
):
    graph = graph(features=name == "gine")
    inputs = inputs_of(graph)
    encoder = make(name, dropout=0.0, normalization=normalization)
    built(encoder, inputs, randomise)
    start = encoder.get_weights()
    expected = call(encoder, inputs, training=True)
    expected_weights = encoder.get_weights()
    assert any((a != b).any() for a, b in zip(start, expected_weights))  # Averages.
    padded = {
        name: np.concatenate([value, np.full_like(value[:2], fill)])
        for (name, value), fill in zip(inputs.items(), (99, 9, 10, 77))
    }
    padded["node_mask"] = np.arange(11) < 9
    encoder.set_weights(start)
    outputs = call(encoder, padded, training=True)
    assert outputs.shape == (11, 3)
    np.testing.assert_allclose(outputs[:9], expected, rtol=1e-4, atol=1e-5)
    for one, other in zip(encoder.get_weights(), expected_weights):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    del padded["node_mask"]
    encoder.set_weights(start)
    outputs = call(encoder, padded, training=True)
    assert np.abs(outputs[:9] - expected).max() > 1e-2


@pytest.mark.parametrize("name", NAMES)
def test_dropout_is_for_training_alone(name, graph, randomise):
    inputs = inputs_of(graph(features=name in EDGE_FEATURES))
    encoder = built(make(name), inputs, randomise)
    np.testing.assert_array_equal(call(encoder, inputs), call(encoder, inputs))
    draws = [call(encoder, inputs, training=True) for _ in range(2)]
    assert np.abs(draws[0] - draws[1]).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("output_units", [3, None])
def test_all_layers_outputs(name, output_units, graph, randomise):
    inputs = inputs_of(graph(features=name in EDGE_FEATURES))
    encoder = built(make(name, output_units, return_all=True), inputs, randomise)
    outputs = encoder(inputs)
    np.testing.assert_array_equal(outputs[0], inputs["node_features"])
    assert [output.shape[1] for output in outputs[:2]] == [12, 8]
    assert outputs[-1].shape == (9, output_units or 8)
    encoder.return_all = False
    np.testing.assert_array_equal(call(encoder, inputs), outputs[-1])


@pytest.mark.parametrize("name", NAMES)
def test_config_round_trip(name):
    others = {
        "gat": {"attention_dropout": 0.1, "output_heads": 2, "residual": True},
        "sage": {"activation": keras.activations.elu},
        "gcn": {"normalization": "layer", "self_connection": True, "return_all": True},
        "appnp": {"num_steps": 3, "teleport": 0.4, "propagation_dropout": 0.2},
        "gcnii": {"teleport": 0.4, "identity_decay": 0.9},
    }
    encoder = make(name, 5, dropout=0.25, name="encoder", **others.get(name, {}))
    config = encoder.get_config()
    loaded = type(encoder).from_config(config)
    assert loaded.get_config() == config
    for key, value in others.get(name, {}).items():
        found = getattr(loaded, key) if key == "activation" else config[key]
        assert found == value
    assert (loaded.hidden_size, loaded.output_units, loaded.dropout) == (8, 5, 0.25)


def test_arguments_of_other_convolutions_are_left_out():
    config = make("gcn", num_relations=3, attention_dropout=0.5).get_config()
    assert not {"num_heads", "num_relations", "attention_dropout"} & config.keys()
    with pytest.raises(ValueError, match="num_arms"):
        make("gat", num_arms=3)


def test_one_entry_makes_a_convolution(monkeypatch, graph, randomise):
    def make_own(units, is_hidden, *, share=0.5):
        return layers.DirectedConv(units, alpha=share)

    own = Convolution(make_own, takes=("edge_weights",))
    monkeypatch.setitem(CONVOLUTIONS, "own", own)
    graph = graph(weights=True)
    encoder = built(make("own", share=0.3), inputs_of(graph), randomise)
    assert [layer.alpha for layer in encoder.convolutions] == [0.3, 0.3]
    config = encoder.get_config()
    assert config["share"] == 0.3 and "num_heads" not in config
    assert ConvolutionEncoder.from_config(config).get_config() == config
    weighted = call(encoder, inputs_of(graph))
    graph.edge_weights = None
    assert np.abs(call(encoder, inputs_of(graph)) - weighted).max() > 1e-3
    EncoderConfig("own").check_graph(graph, "graph")
    assert EncoderConfig("own", hidden_size=6).make(3).options == {"share": 0.5}


def test_config_of_version_0_1_is_read():
    for name in ("gat", "appnp", "gcnii"):
        config = make(name, 5).get_config()
        old = {**config, "hidden_units": config["hidden_size"]}
        del old["hidden_size"]
        if name == "gat":
            old |= {"num_relations": 1, "num_bases": None}
        assert type(make(name)).from_config(old).get_config() == config


@keras.saving.register_keras_serializable(package="test_graph_encoder")
class Doubled(keras.Model):
    """Subclassed model that leaves the building of its encoder to the call."""

    def __init__(self, encoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder

    def call(self, inputs):
        return 2 * self.encoder(inputs)

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {**super().get_config(), "encoder": encoder}

    @classmethod
    def from_config(cls, config):
        encoder = keras.saving.deserialize_keras_object(config.pop("encoder"))
        return cls(encoder, **config)

    def build_from_config(self, config):
        """Leaves it to the encoder, which has built itself."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_encoder_in_a_subclassed_model_reloads(tmp_path, name, graph, randomise):
    inputs = inputs_of(graph(features=name in EDGE_FEATURES))
    model = built(Doubled(make(name)), inputs, randomise)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(call(loaded, inputs), call(model, inputs))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_layers_that_see_the_features_are_among_the_input_layers(
    name, graph, randomise
):
    inputs = inputs_of(graph(features=name in EDGE_FEATURES))
    kwargs = {"self_connection": True} if name in CONVOLUTIONS else {}
    encoder = built(make(name, **kwargs), inputs, randomise)
    theirs = {id(w) for layer in encoder.input_layers for w in layer.weights}
    seeing = [w for w in encoder.weights if len(w.shape) > 1 and 12 in w.shape]
    assert seeing
    assert all(id(weight) in theirs for weight in seeing)


def test_dropped_edges_of_appnp_need_edges(graph, randomise):
    inputs = inputs_of(graph())
    encoder = make("appnp", dropout=0.0, propagation_dropout=0.5)
    built(encoder, inputs, randomise)
    draws = [call(encoder, inputs, training=True) for _ in range(2)]
    assert np.abs(draws[0] - draws[1]).max() > 1e-3
    model = NodeClassifier(encoder, 12)
    full_graph = FullGraph(graph(), model)
    with pytest.raises(ValueError, match="Edges can be dropped only"):
        model(full_graph.inputs, training=True, **full_graph.arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"convolution": "cnn"}, "one of gcn, .*Received: convolution=cnn"),
        (
            {"convolution": "gat", "hidden_size": 9, "num_heads": 2},
            "multiple of `num_heads`.*hidden_size=9, num_heads=2",
        ),
        ({"normalization": "group"}, "none, batch, layer. .*normalization=group"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionEncoder(**arguments)


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_those_of_the_normalized_edges(name, graph, randomise):
    graph = graph(weights=True)
    encoder = make(name, filter_steps=3, teleport=0.2)
    built(encoder, inputs_of(graph), randomise)
    plain = {"sgc": layers.SGConv, "tag": layers.TAGConv}
    kinds = {**plain, "ssgc": layers.SSGConv, "chebyshev": layers.ChebyshevConv}
    more = {"ssgc": {"alpha": 0.2}, "arma": {"num_stacks": 2}}.get(name, {})
    x = graph.node_features
    for i, units in enumerate((8, 3)):
        layer = kinds.get(name, layers.ARMAConv)(units, num_steps=3, **more)
        layer.build(x.shape)
        layer.set_weights(encoder.convolutions[i].get_weights())
        x = layer(x, graph.source, graph.target, graph.edge_weights)
        x = x if i else keras.ops.relu(x)
    np.testing.assert_allclose(call(encoder, inputs_of(graph)), x, atol=1e-4)


@pytest.mark.parametrize("jumping", ["concatenate", "max"])
@pytest.mark.parametrize("kind", ["gcn", "gat", "transformer"])
def test_jumping_reads_all_layers(jumping, kind, graph, randomise):
    inputs = inputs_of(graph())
    encoder = make(kind, jumping=jumping)
    built(encoder, inputs, randomise)
    encoder.return_all = True
    _, first, second, outputs = encoder(inputs)
    assert first.shape == second.shape == (9, 8) and outputs.shape == (9, 3)
    joined = {
        "concatenate": lambda: np.concatenate([first, second], axis=1),
        "max": lambda: np.maximum(first, second),
    }[jumping]()
    kernel, bias = encoder.head.get_weights()
    np.testing.assert_allclose(outputs, joined @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_pair_normalization_is_of_each_graph(graph, randomise):
    graph = graph()
    encoder = built(make("gcn", normalization="pair"), inputs_of(graph), randomise)
    alone = call(encoder, inputs_of(graph))
    merged = {
        "node_features": np.concatenate([graph.node_features] * 2),
        "source": np.append(graph.source, graph.source + 9),
        "target": np.append(graph.target, graph.target + 9),
        "graph_ids": np.repeat([0, 1], 9).astype("int32"),
        "num_graphs": np.int32(2),
    }
    merged["node_features"][9:] *= 3
    twice = call(encoder, merged)
    np.testing.assert_allclose(twice[:9], alone, rtol=1e-4, atol=1e-5)
    # What is three times as large is normalized to the same.
    np.testing.assert_allclose(twice[9:], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["gcn", "sage", "gin", "sgc"])
def test_edges_are_dropped_in_training_alone(kind, graph, randomise):
    graph = graph(weights=True)
    inputs = inputs_of(graph)
    encoder = make(kind, dropout=0.0, drop_edge=0.4)
    built(encoder, inputs, randomise)
    plain = make(kind, dropout=0.0)
    plain(inputs)
    plain.set_weights(encoder.get_weights()[: len(plain.get_weights())])
    np.testing.assert_array_equal(call(encoder, inputs), call(plain, inputs))
    own = encoder.edge_dropout
    state = keras.ops.convert_to_numpy(own._drop.seed_generator.state.value)
    trained = call(encoder, inputs, training=True)
    own._drop.seed_generator.state.assign(state)
    weights = own(graph.source, graph.edge_weights, training=True)
    kept = np.asarray(weights) > 0
    assert 0 < kept.sum() < 14
    np.testing.assert_allclose(
        np.asarray(weights)[kept], graph.edge_weights[kept], rtol=1e-6
    )
    rest = {
        name: value[kept] if name in ("source", "target", "edge_weights") else value
        for name, value in inputs.items()
    }
    expected = call(plain, rest, training=True)
    np.testing.assert_allclose(trained, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"convolution": "gat", "drop_edge": 0.1}, "`drop_edge` goes with.*gat"),
        ({"jumping": "lstm"}, "`jumping` must be one of.*jumping=lstm"),
        ({"drop_edge": 1.5}, "`rate` must be from 0.*rate=1.5"),
    ],
)
def test_structure_that_does_not_go_raises(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionEncoder(**arguments)
