"""The same numbers as PyTorch Geometric, with its weights copied."""

import keras
import numpy as np
import pytest

from kerazoo import layers

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch Geometric needs the torch backend", allow_module_level=True)
nn = pytest.importorskip("torch_geometric.nn")
import torch  # noqa: E402

NODES, SIZE, UNITS, HEADS, EDGE_SIZE, RELATIONS = 30, 6, 4, 2, 3, 5


@pytest.fixture
def graph():
    """Random directed graph without self-loops, which PyG replaces by its own."""
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(0, NODES - 1, (2, 120), generator=generator)
    edges = edges[:, edges[0] != edges[1]]
    count = edges.shape[1]
    return {
        "x": torch.randn(NODES, SIZE, generator=generator),
        "edges": edges,
        "weights": torch.rand(count, generator=generator) + 0.5,
        "features": torch.randn(count, EDGE_SIZE, generator=generator),
        "types": torch.randint(0, RELATIONS, (count,), generator=generator),
    }


def randomise(module):
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(generator=generator)
    return module.eval()


def assign(variable, value):
    variable.assign(value.detach().reshape(variable.shape))


def assert_close(ours, theirs):
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(ours), theirs.detach().numpy(), atol=1e-4, rtol=1e-4
    )


def perceptron():
    return torch.nn.Sequential(
        torch.nn.Linear(SIZE, 5),
        torch.nn.BatchNorm1d(5, eps=1e-3),
        torch.nn.ReLU(),
        torch.nn.Linear(5, UNITS),
    )


def copy_perceptron(layer, module):
    hidden, normalization, _, output = module
    for dense, linear in ((layer.hidden, hidden), (layer.output_dense, output)):
        assign(dense.kernel, linear.weight.T)
        assign(dense.bias, linear.bias)
    assign(layer.normalization.gamma, normalization.weight)
    assign(layer.normalization.beta, normalization.bias)


@pytest.mark.parametrize("normalize", [True, False])
def test_gcn(graph, normalize):
    theirs = randomise(nn.GCNConv(SIZE, UNITS, normalize=normalize))
    layer = layers.GCNConv(UNITS, normalize=normalize)
    layer.build((None, SIZE))
    assign(layer.kernel, theirs.lin.weight.T)
    assign(layer.bias, theirs.bias)
    assert_close(
        layer(graph["x"], *graph["edges"], graph["weights"]),
        theirs(graph["x"], graph["edges"], graph["weights"]),
    )


@pytest.mark.parametrize("aggregator", ["mean", "sum", "max"])
@pytest.mark.parametrize("normalize", [True, False])
def test_sage(graph, aggregator, normalize):
    theirs = randomise(nn.SAGEConv(SIZE, UNITS, aggr=aggregator, normalize=normalize))
    layer = layers.SAGEConv(UNITS, aggregator=aggregator, normalize=normalize)
    layer.build((None, SIZE))
    assign(layer.kernel, theirs.lin_l.weight.T)
    assign(layer.bias, theirs.lin_l.bias)
    assign(layer.self_kernel, theirs.lin_r.weight.T)
    assert_close(layer(graph["x"], *graph["edges"]), theirs(graph["x"], graph["edges"]))


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("with_edge_features", [True, False])
def test_gat(graph, concat, with_edge_features):
    edge_dim = EDGE_SIZE if with_edge_features else None
    theirs = randomise(
        nn.GATConv(SIZE, UNITS, heads=HEADS, concat=concat, edge_dim=edge_dim)
    )
    layer = layers.GATConv(UNITS, num_heads=HEADS, concat_heads=concat)
    features = graph["features"] if with_edge_features else None
    layer(graph["x"], *graph["edges"], features)
    assign(layer.kernel, theirs.lin.weight.T)
    assign(layer.source_attention, theirs.att_src)
    assign(layer.target_attention, theirs.att_dst)
    assign(layer.bias, theirs.bias)
    if with_edge_features:
        per_head = theirs.lin_edge.weight.reshape(HEADS, UNITS, EDGE_SIZE)
        kernel = torch.einsum("hce,hc->eh", per_head, theirs.att_edge[0])
        assign(layer.edge_kernel, kernel)
    assert_close(
        layer(graph["x"], *graph["edges"], features),
        theirs(graph["x"], graph["edges"], features),
    )


@pytest.mark.parametrize("concat", [True, False])
@pytest.mark.parametrize("with_edge_features", [True, False])
def test_gatv2(graph, concat, with_edge_features):
    edge_dim = EDGE_SIZE if with_edge_features else None
    theirs = randomise(
        nn.GATv2Conv(SIZE, UNITS, heads=HEADS, concat=concat, edge_dim=edge_dim)
    )
    with torch.no_grad():  # The paper has no such biases.
        theirs.lin_l.bias.zero_()
        theirs.lin_r.bias.zero_()
    layer = layers.GATv2Conv(UNITS, num_heads=HEADS, concat_heads=concat)
    features = graph["features"] if with_edge_features else None
    layer(graph["x"], *graph["edges"], features)
    assign(layer.kernel, theirs.lin_l.weight.T)
    assign(layer.target_kernel, theirs.lin_r.weight.T)
    assign(layer.attention, theirs.att)
    assign(layer.bias, theirs.bias)
    if with_edge_features:
        assign(layer.edge_kernel, theirs.lin_edge.weight.T)
    assert_close(
        layer(graph["x"], *graph["edges"], features),
        theirs(graph["x"], graph["edges"], features),
    )


def test_gin(graph):
    theirs = randomise(nn.GINConv(perceptron(), train_eps=True))
    layer = layers.GINConv(UNITS, hidden_units=5, learn_epsilon=True)
    layer.build((None, SIZE))
    copy_perceptron(layer, theirs.nn)
    assign(layer.epsilon_weight, theirs.eps)
    assert_close(layer(graph["x"], *graph["edges"]), theirs(graph["x"], graph["edges"]))


def test_gine(graph):
    theirs = randomise(nn.GINEConv(perceptron(), eps=0.3, edge_dim=EDGE_SIZE))
    theirs.eps.fill_(0.3)
    layer = layers.GINEConv(UNITS, hidden_units=5, epsilon=0.3)
    layer(graph["x"], *graph["edges"], graph["features"])
    copy_perceptron(layer, theirs.nn)
    assign(layer.edge_dense.kernel, theirs.lin.weight.T)
    assign(layer.edge_dense.bias, theirs.lin.bias)
    assert_close(
        layer(graph["x"], *graph["edges"], graph["features"]),
        theirs(graph["x"], graph["edges"], graph["features"]),
    )


@pytest.mark.parametrize("num_bases", [None, 2])
@pytest.mark.parametrize("aggregator", ["mean", "sum"])
def test_rgcn(graph, num_bases, aggregator):
    theirs = randomise(
        nn.RGCNConv(SIZE, UNITS, RELATIONS, num_bases=num_bases, aggr=aggregator)
    )
    layer = layers.RGCNConv(UNITS, RELATIONS, num_bases, aggregator=aggregator)
    layer.build((None, SIZE))
    assign(layer.kernels, theirs.weight)
    assign(layer.self_kernel, theirs.root)
    assign(layer.bias, theirs.bias)
    if num_bases:
        assign(layer.coefficients, theirs.comp)
    assert_close(
        layer(graph["x"], *graph["edges"], graph["types"]),
        theirs(graph["x"], graph["edges"], graph["types"]),
    )


def test_appnp(graph):
    assert_close(
        layers.APPNPPropagation(7, 0.2)(graph["x"], *graph["edges"], graph["weights"]),
        nn.APPNP(7, 0.2)(graph["x"], graph["edges"], graph["weights"]),
    )


def test_gcnii(graph):
    theirs = randomise(nn.GCN2Conv(SIZE, alpha=0.2, theta=0.5, layer=3))
    layer = layers.GCNIIConv(alpha=0.2, beta=float(np.log(0.5 / 3 + 1)))
    initial = graph["x"].flip(0)
    layer(graph["x"], initial, *graph["edges"])
    assign(layer.kernel, theirs.weight1)
    assert_close(
        layer(graph["x"], initial, *graph["edges"], graph["weights"]),
        theirs(graph["x"], initial, graph["edges"], graph["weights"]),
    )


@pytest.mark.parametrize("with_edge_features", [True, False])
def test_transformer(graph, with_edge_features):
    edge_dim = EDGE_SIZE if with_edge_features else None
    theirs = randomise(
        nn.TransformerConv(
            SIZE, SIZE // HEADS, heads=HEADS, edge_dim=edge_dim, root_weight=False
        )
    )
    layer = layers.GraphTransformerBlock(HEADS)
    features = graph["features"] if with_edge_features else None
    layer(graph["x"], *graph["edges"], features)
    for name in ("query", "key", "value"):
        linear = getattr(theirs, f"lin_{name}")
        assign(getattr(layer, name).kernel, linear.weight.T)
        assign(getattr(layer, name).bias, linear.bias)
    if with_edge_features:
        assign(layer.edge.kernel, theirs.lin_edge.weight.T)
    # PyG's layer is the attention alone; the rest of the block is made the identity.
    assign(layer.projection.kernel, torch.eye(SIZE))
    assign(layer.output_dense.kernel, torch.zeros(2 * SIZE, SIZE))
    attended = theirs(graph["x"], graph["edges"], features)
    once = torch.nn.functional.layer_norm(graph["x"] + attended, (SIZE,))
    assert_close(
        layer(graph["x"], *graph["edges"], features),
        torch.nn.functional.layer_norm(once, (SIZE,)),
    )
