"""Models of graphs with several components, and of several targets."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.data.graphs.graph_components import join_components
from kerazoo.models.gnn.attentive_fp_encoder import AttentiveFPEncoder
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import ReadoutConfig
from kerazoo.models.gnn.config import make_graph_predictor
from kerazoo.models.gnn.dmpnn_encoder import DMPNNEncoder
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.target_outputs import output_names
from kerazoo.models.gnn.tensor_layout import plain_tensors


def inputs_of(graphs):
    return plain_tensors(from_graphs(graphs))


def predictor(num_components, joining="concatenate", units=2, **kwargs):
    return GraphPredictor(
        DMPNNEncoder(6, 2),
        4 + num_components,
        units,
        pooling="sum",
        readout="mlp",
        num_components=num_components,
        joining=joining,
        **kwargs,
    )


def hidden_of(model, pooled):
    """The readout by hand, from what is pooled of each component."""
    kernel, bias, head, head_bias = (
        keras.ops.convert_to_numpy(w)
        for w in model.hidden.weights + model.heads[0].weights
    )
    return np.maximum(pooled @ kernel + bias, 0) @ head + head_bias


@pytest.mark.parametrize("joining", ["concatenate", "difference"])
def test_components_are_pooled_by_themselves(joining, small_graphs, randomise):
    parts = [small_graphs(6)[i] for i in (1, 3, 4)]
    joined = [join_components(parts), join_components([parts[1], None, parts[0]])]
    model = predictor(3, joining)
    model.build_on_example()
    randomise(model)

    def embed(graph):
        if graph is None:
            return np.zeros(6)
        nodes = model.encoder(
            {n: getattr(graph, n) for n in ("node_features", "source", "target")}
        )
        return np.asarray(nodes).sum(axis=0)

    expected = []
    for first, second, third in (parts, (parts[1], None, parts[0])):
        a, b, c = embed(first), embed(second), embed(third)
        rows = (a, b, c) if joining == "concatenate" else (c - a, a, b)
        expected.append(hidden_of(model, np.concatenate(rows)))
    outputs = model(inputs_of(joined))
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-4)


def test_a_reaction_of_nothing_has_no_difference(small_graphs, randomise):
    graph = small_graphs(6)[4]
    model = predictor(2, "difference")
    randomise(model)
    (pooled,) = model._join(np.array([[1.0, 2.0], [1.0, 2.0]], "float32"))
    np.testing.assert_array_equal(pooled, [0, 0, 1, 2])
    assert model(inputs_of([join_components([graph, graph])])).shape == (1, 2)


def test_several_values_in_their_units(small_graphs):
    labels = np.array([[1, 50], [3, np.nan], [5, 70]], "float32")
    graphs = small_graphs(3)
    model = make_graph_predictor(
        graphs,
        labels,
        encoder=EncoderConfig("attentive_fp", 6, 2),
        readout=ReadoutConfig("attentive", "mlp", pooling_steps=3),
    )
    np.testing.assert_allclose(model.target_mean, [3, 60])
    np.testing.assert_allclose(model.target_scale, [np.sqrt(8 / 3), 10], rtol=1e-6)
    head = model.heads[0]
    head.set_weights([0 * head.get_weights()[0], np.array([1.0, 2.0])])
    expected = [[3 + np.sqrt(8 / 3), 80]] * 3
    np.testing.assert_allclose(model(inputs_of(graphs)), expected, rtol=1e-6)
    assert model.poolings[0].num_steps == 3


def test_more_hidden_layers(small_graphs, randomise):
    readout = ReadoutConfig("sum", "mlp", readout_layers=3)
    encoder = EncoderConfig("dmpnn", 6, 2)
    graphs = small_graphs(3)
    model = make_graph_predictor(graphs, np.array([0, 1, 1]), 2, encoder, readout)
    randomise(model)
    inputs = inputs_of(graphs)
    value = model.poolings[0](model.encoder(inputs), inputs["graph_ids"], num_graphs=3)
    for hidden in (model.hidden, *model.more_hidden):
        value = np.maximum(value @ hidden.kernel + hidden.bias, 0)
    assert value.shape == (3, 12) and len(model.more_hidden) == 2
    expected = value @ model.heads[0].kernel + model.heads[0].bias
    np.testing.assert_allclose(model(inputs), expected, rtol=1e-4, atol=1e-4)
    assert type(model).from_config(model.get_config()).readout_layers == 3


def test_attentive_model_reloads(small_graphs, tmp_path, randomise):
    model = GraphPredictor(
        AttentiveFPEncoder(6, 2),
        4,
        3,
        pooling="attentive",
        readout="mlp",
        independent=True,
        pooling_steps=1,
    )
    randomise(model)
    inputs = inputs_of(small_graphs(6))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    assert loaded.get_config()["pooling_steps"] == 1 and loaded.independent


def test_mistakes(small_graphs):
    with pytest.raises(ValueError, match="`joining` must be concatenate or difference"):
        predictor(2, "sum")
    with pytest.raises(ValueError, match="use mlp. Received: readout=jumping"):
        make_graph_predictor(small_graphs(3), np.zeros(3), 2, EncoderConfig("dmpnn"))


def test_names_of_outputs():
    assert output_names(["NR-AR", "log P", "log_P", "log/P", "", "é"]) == [
        *("NR-AR", "log_P", "log_P_2", "log_P_3", "_", "__2")
    ]
