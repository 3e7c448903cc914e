import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest

from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import make_hetero_classifier
from kerazoo.models.gnn.hetero_encoder import HeteroEncoder
from kerazoo.models.gnn.hetero_full_graph import HeteroFullGraph
from kerazoo.models.gnn.hetero_node_classifier import HeteroNodeClassifier
from kerazoo.models.gnn.hetero_spec import EdgeSetSpec
from kerazoo.models.gnn.hetero_spec import HeteroSpec
from kerazoo.models.gnn.hetero_tensors import hetero_graph_tensor
from kerazoo.models.gnn.hetero_tensors import hetero_inputs
from kerazoo.models.gnn.hetero_tensors import hetero_schema
from kerazoo.models.gnn.hetero_tensors import spec_of_schema
from tests.models.gnn.hetero_examples import inputs_of
from tests.models.gnn.hetero_examples import library


def model_of(graph, randomise, kind="sage", num_layers=2, **kwargs):
    encoder = HeteroEncoder(
        HeteroSpec.of(graph), "paper", kind, 4, num_layers, 3, num_heads=2, **kwargs
    )
    return randomise(HeteroNodeClassifier(encoder))


def relu(x):
    return np.maximum(x, 0)


def test_mean_convolutions_by_hand(randomise):
    """GraphSAGE's means over each set of edges and over its reverse, summed."""
    graph = library()
    model = model_of(graph, randomise)
    encoder, inputs = model.encoder, inputs_of(graph)
    x = {}
    for name, features in inputs["node_features"].items():
        layer = encoder.projections[name]
        features = features if features.shape[1] else np.ones((len(features), 1))
        x[name] = relu(features @ layer.kernel.numpy() + layer.bias.numpy())
    for convolution in encoder.convolutions:
        total = {}
        for name, (start, end) in convolution.ends.items():
            edges = inputs["edges"][name.removeprefix("reverse of ")]
            rows, columns = edges["target"], edges["source"]
            if name.startswith("reverse"):
                rows, columns = columns, rows
            matrix = np.zeros((len(x[end]), len(x[start])))
            weights = edges.get("edge_weights", np.ones(len(rows)))
            np.add.at(matrix, (rows, columns), weights)
            matrix /= np.maximum(matrix.sum(axis=1, keepdims=True), 1e-9)
            layer = convolution.convolutions[name]
            y = x[end] @ layer.self_kernel.numpy() + layer.bias.numpy()
            y += matrix @ x[start] @ layer.kernel.numpy()
            total[end] = total.get(end, 0) + y
        x |= {name: relu(y) for name, y in total.items()}
    assert set(total) == {"paper"}  # The last layer embeds nothing else.
    expected = x["paper"] @ encoder.head.kernel.numpy() + encoder.head.bias.numpy()
    np.testing.assert_allclose(model(inputs).numpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["gcn", "gatv2"])
def test_a_prepared_graph_and_its_examples_give_the_same(kind, randomise):
    graph = library(is_sparse=True)
    model = model_of(graph, randomise, kind, 1, residual=True, normalization="layer")
    expected = model(inputs_of(graph)).numpy()
    np.testing.assert_allclose(
        HeteroFullGraph(graph, model).call().numpy(), expected, atol=1e-4
    )
    parsed = hetero_inputs(hetero_graph_tensor(graph))
    np.testing.assert_allclose(model(parsed).numpy(), expected, atol=1e-4)
    some = model({**parsed, "nodes": np.array([4, 1])}).numpy()
    np.testing.assert_allclose(some, expected[[4, 1]], atol=1e-4)


@pytest.mark.slow
def test_without_reverse_nothing_comes_back(randomise):
    graph = library()
    model = model_of(graph, randomise, reverse=False)
    before = model(inputs_of(graph)).numpy()
    graph.node_sets["venue"] += 1
    np.testing.assert_array_equal(model(inputs_of(graph)).numpy(), before)
    back = model_of(graph, randomise)
    before = back(inputs_of(graph)).numpy()
    graph.node_sets["venue"] += 1
    assert np.abs(back(inputs_of(graph)).numpy() - before).max() > 1e-3


@pytest.mark.slow
def test_comes_back_from_a_file(randomise, tmp_path):
    graph = library()
    model = model_of(graph, randomise, "gatv2", num_layers=1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.spec == model.spec
    np.testing.assert_array_equal(
        again(inputs_of(graph)).numpy(), model(inputs_of(graph)).numpy()
    )


def test_sets_of_a_schema_are_those_of_the_graph():
    spec = HeteroSpec.of(library())
    assert spec == HeteroSpec.from_json(spec.to_json())
    assert spec_of_schema(hetero_schema(spec)) == spec
    with pytest.raises(ValueError, match="Edges of a .* author. Received: paper"):
        HeteroSpec({"author": 1}, {"a": EdgeSetSpec("author", "paper")})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"architecture": "gin"}, "`architecture` .*gcn, sage, gat, gatv2. .*gin"),
        ({"normalization": "batch"}, "`normalization` .*none or layer"),
        ({"self_connection": True}, "`self_connection` does not go"),
        ({"architecture": "gat", "hidden_size": 9}, "`hidden_size` .*num_heads=8"),
    ],
)
def test_what_has_no_meaning_is_refused(arguments, said):
    encoder = EncoderConfig(**{"architecture": "sage", **arguments})
    with pytest.raises(ValueError, match=said):
        make_hetero_classifier(HeteroSpec.of(library()), "paper", 3, encoder)
