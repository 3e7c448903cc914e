import kerazoo.models.gnn  # noqa: F401

# isort: split
import subprocess
import sys
import textwrap
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_schemas import schema_text
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.graph_tensors import flatten
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.losses import binary_cross_entropy
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.copying import plain_copy
from kerazoo.training import strategy as strategies


def convolutions(kind="gcn", output_units=3, **kwargs):
    return ConvolutionEncoder(kind, 6, 2, output_units, num_heads=2, **kwargs)


def graph_predictor(output_units=2, convolution="gin", **kwargs):
    encoder = convolutions(convolution, None, return_all=True)
    return GraphPredictor(encoder, 4, output_units, **kwargs)


MODELS = {
    "nodes": lambda: NodeClassifier(convolutions(), 4),
    "roots": lambda: NodeClassifier(
        convolutions("gat"), 4, readout="root", feature_normalization="row"
    ),
    "nodes, batch normalization": lambda: NodeClassifier(
        convolutions("sage", normalization="batch", self_connection=True), 4
    ),
    "nodes, edge features": lambda: NodeClassifier(
        convolutions("transformer"), 4, edge_feature_size=2
    ),
    "nodes, appnp": lambda: NodeClassifier(APPNPEncoder(6, 2, 3), 4),
    "nodes, gcnii": lambda: NodeClassifier(GCNIIEncoder(6, 2, 3), 4),
    "links, dot": lambda: LinkPredictor(convolutions("directed"), 4),
    "links, bilinear": lambda: LinkPredictor(convolutions(), 4, decoder="bilinear"),
    "links, mlp": lambda: LinkPredictor(convolutions("rgcn"), 4, decoder="mlp"),
    "graphs": graph_predictor,
    "graphs, mean": lambda: graph_predictor(pooling="mean", dropout=0.1),
    "graphs, max": lambda: graph_predictor(pooling="max", readout="mlp"),
    "graphs, attention": lambda: graph_predictor(pooling="attention"),
    "graphs, value": lambda: graph_predictor(1, regression=True),
    "graphs, context": lambda: graph_predictor(
        1,
        "gine",
        regression=True,
        readout="mlp",
        edge_feature_size=2,
        context_feature_size=3,
    ),
}


KINDS = [
    "roots",
    "nodes, batch normalization",
    "nodes, gcnii",
    "links, mlp",
    "graphs",
    "graphs, context",
]
each_kind = pytest.mark.parametrize("model", KINDS, indirect=True)


@pytest.fixture(params=MODELS)
def model(request, randomise):
    keras.utils.set_random_seed(0)
    return randomise(MODELS[request.param]())


@pytest.fixture
def graphs(small_graphs):
    """Function from a model to small graphs with the features that it takes."""

    def function(model, count=6):
        return small_graphs(count, model.edge_feature_size, model.context_feature_size)

    return function


def inputs_of(model, graphs):
    inputs = plain_tensors(from_graphs(graphs))
    if isinstance(model, LinkPredictor):
        inputs["pairs"] = tf.constant([[0, 1], [3, 3], [5, 2], [1, 0], [9, 20]])
    return inputs


def test_loaded_model_says_the_same(model, graphs, tmp_path):
    inputs = inputs_of(model, graphs(model))
    outputs = model(inputs)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        again = loaded(inputs)
    np.testing.assert_array_equal(again, outputs)
    assert type(loaded) is type(model)
    assert loaded.name == model.name
    said = [w.message for w in caught if issubclass(w.category, UserWarning)]
    assert said == []
    for one, other in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_config_round_trip(model):
    config = model.get_config()
    copy = type(model).from_config(config)
    ours, theirs = copy.get_config(), dict(config)
    assert ours.pop("encoder")["config"] == theirs.pop("encoder")["config"]
    assert ours == theirs
    assert [w.shape for w in copy.weights] == [w.shape for w in model.weights]


@each_kind
def test_plain_copy_says_the_same(model, graphs):
    if model.context_feature_size:
        context = np.random.default_rng(2).normal(4, 7, (50, 3))
        model.set_context_statistics(context.astype("float32"))
    inputs = inputs_of(model, graphs(model))
    np.testing.assert_array_equal(plain_copy(model)(inputs), model(inputs))


@each_kind
def test_weights_exist_before_the_first_call(model, graphs):
    fresh = type(model).from_config(model.get_config())
    before = [id(weight) for weight in fresh.weights]
    assert before
    fresh(inputs_of(fresh, graphs(fresh)), training=True)
    assert [id(weight) for weight in fresh.weights] == before


@each_kind
def test_order_of_the_nodes_and_edges_does_not_matter(model, graphs):
    """Nodes stay in their graphs; their first stays first, the root of a subgraph."""
    inputs = inputs_of(model, graphs(model))
    random = np.random.default_rng(0)
    graph_ids = inputs["graph_ids"].numpy()
    is_first = np.diff(graph_ids, prepend=-1) > 0
    order = np.lexsort((random.random(len(graph_ids)), ~is_first, graph_ids))
    place = np.argsort(order)
    edges = random.permutation(len(inputs["source"]))
    moved = {**inputs, "node_features": tf.gather(inputs["node_features"], order)}
    for name in ("source", "target"):
        moved[name] = tf.gather(place.astype("int32"), tf.gather(inputs[name], edges))
    if "edge_features" in inputs:
        moved["edge_features"] = tf.gather(inputs["edge_features"], edges)
    if "pairs" in inputs:
        moved["pairs"] = tf.gather(place.astype("int32"), inputs["pairs"])
    outputs, others = model(inputs).numpy(), model(moved).numpy()
    if isinstance(model, NodeClassifier) and model.readout == "all":
        outputs = outputs[order]
    assert np.abs(outputs - outputs[:1]).max() > 1e-2
    np.testing.assert_allclose(others, outputs, rtol=1e-4, atol=1e-4)


@each_kind
def test_merged_graphs_do_not_see_each_other(model, graphs):
    graphs = graphs(model)
    if isinstance(model, LinkPredictor):
        outputs = model(plain_tensors(from_graphs(graphs)))  # Embeddings.
    else:
        outputs = model(inputs_of(model, graphs))
    alone = [model(plain_tensors(from_graphs([graph]))) for graph in graphs]
    np.testing.assert_allclose(outputs, np.concatenate(alone), rtol=1e-4, atol=1e-4)


@each_kind
def test_graph_tensor_model_around_it(model, graphs, tmp_path):
    graph_tensor = from_graphs(graphs(model))
    schema = schema_text(
        4,
        model.edge_feature_size or None,
        context_feature_size=model.context_feature_size or None,
    )
    outer = GraphTensorModel(schema, model)
    outputs = outer(flatten(graph_tensor))
    expected = model(plain_tensors(graph_tensor))
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-5)
    outer.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(flatten(graph_tensor)), outputs)


def test_loaded_model_keeps_its_precision(tmp_path, graphs, randomise):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = randomise(MODELS["graphs"]())
    finally:
        keras.config.set_dtype_policy("float32")
    outputs = model(inputs_of(model, graphs(model)))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.dtype_policy.name == "mixed_bfloat16"
    np.testing.assert_array_equal(loaded(inputs_of(model, graphs(model))), outputs)


@pytest.mark.parametrize(
    ("name", "labels", "loss"),
    [
        pytest.param("graphs", np.arange(6) % 2, cross_entropy, marks=pytest.mark.slow),
        pytest.param(
            "links, dot",
            np.array([0.0, 1, 1, 0, 1], "float32"),
            binary_cross_entropy,
            marks=pytest.mark.slow,
        ),
        ("graphs, value", np.arange(6, dtype="float32"), ScaledSquaredError(2.0)),
    ],
)
def test_trained_model_goes_on_where_it_was_saved(name, labels, loss, tmp_path, graphs):
    keras.utils.set_random_seed(0)
    model = MODELS[name]()
    # Two steps take less time than their trace.
    model.compile(keras.optimizers.Adam(0.01), loss, run_eagerly=True)
    inputs = inputs_of(model, graphs(model))
    batches = tf.data.Dataset.from_tensors((inputs, labels)).repeat(2)
    model.fit(batches, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = model.evaluate(batches, verbose=0)
    assert loaded.evaluate(batches, verbose=0) == pytest.approx(expected)
    assert loaded.optimizer.iterations == 2


@pytest.mark.slow
def test_model_is_loaded_by_a_process_of_its_own(tmp_path, graphs, randomise):
    model = randomise(MODELS["graphs, context"]())
    inputs = inputs_of(model, graphs(model))
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "inputs.npz", **inputs)
    program = """
        import sys
        import kerazoo
        import numpy as np

        model = kerazoo.load(f"{sys.argv[1]}/model.keras")
        inputs = dict(np.load(f"{sys.argv[1]}/inputs.npz"))
        np.save(f"{sys.argv[1]}/outputs.npy", model(inputs))
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(
        np.load(tmp_path / "outputs.npy"), model(inputs), rtol=1e-5, atol=1e-5
    )


def test_nodes_and_roots(graphs, randomise):
    model = randomise(MODELS["roots"]())
    inputs = inputs_of(model, graphs(model))
    first = np.flatnonzero(np.diff(inputs["graph_ids"], prepend=-1))
    roots = model(inputs)
    model.readout = "all"
    everything = model(inputs).numpy()
    np.testing.assert_array_equal(roots, everything[first])
    inputs["nodes"] = tf.constant([7, 0, 7])
    np.testing.assert_array_equal(model(inputs), everything[[7, 0, 7]])


@pytest.mark.parametrize("decoder", ["dot", "bilinear", "mlp"])
def test_decoder_by_hand(decoder, graphs, randomise):
    model = LinkPredictor(convolutions(), 4, decoder=decoder)
    randomise(model)
    inputs = inputs_of(model, graphs(model))
    pairs = inputs.pop("pairs").numpy()
    embeddings = model(inputs).numpy()
    u, v = embeddings[pairs[:, 0]], embeddings[pairs[:, 1]]
    if decoder == "dot":
        expected = (u * v).sum(axis=1)
    elif decoder == "bilinear":
        (kernel,) = model.bilinear.get_weights()
        expected = np.einsum("pi,ij,pj->p", u, (kernel + kernel.T) / 2, v)
    else:
        kernel, bias = model.hidden.get_weights()
        last_kernel, last_bias = model.score.get_weights()
        hidden = np.maximum((u * v) @ kernel + bias, 0)
        expected = (hidden @ last_kernel + last_bias)[:, 0]
    logits = model({**inputs, "pairs": pairs})
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(logits[0], logits[3], rtol=1e-5)  # (0, 1) and (1, 0).


@pytest.mark.parametrize("pooling", ["sum", "mean", "max"])
def test_jumping_readout_by_hand(pooling, graphs, randomise):
    model = randomise(graph_predictor(pooling=pooling))
    inputs = inputs_of(model, graphs(model))
    layers = [output.numpy() for output in model.encode(inputs)]
    assert len(layers) == len(model.heads) == 3
    pool = getattr(np, pooling)
    expected = np.zeros((6, 2))
    for features, head in zip(layers, model.heads):
        kernel, bias = head.get_weights()
        pooled = [pool(features[inputs["graph_ids"] == i], axis=0) for i in range(6)]
        expected += np.array(pooled) @ kernel + bias
    np.testing.assert_allclose(model(inputs), expected, rtol=1e-4, atol=1e-4)


def test_readout_with_context_and_target_statistics_by_hand(graphs, randomise):
    model = randomise(MODELS["graphs, context"]())
    graphs = graphs(model)
    graphs[2].context_features[1] = 1e6  # Clipped to 5 standard deviations.
    training = np.random.default_rng(3).normal(4, 7, (50, 3)).astype("float32")
    targets = np.array([3.0, 5.0, 13.0], "float32")
    model.set_context_statistics(training)
    model.set_target_statistics(targets)
    inputs = inputs_of(model, graphs)
    last = model.encode(inputs)[-1].numpy()
    pooled = [last[inputs["graph_ids"] == i].sum(axis=0) for i in range(6)]
    context = np.stack([graph.context_features for graph in graphs])
    context = np.clip((context - training.mean(0)) / training.std(0), -5, 5)
    kernel, bias = model.hidden.get_weights()
    joined = np.concatenate([pooled, context], axis=1)
    hidden = np.maximum(joined @ kernel + bias, 0)
    kernel, bias = model.heads[0].get_weights()
    expected = (hidden @ kernel + bias)[:, 0] * targets.std() + targets.mean()
    outputs = model(inputs)
    assert outputs.shape == (6,)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-3)


def test_targets_that_are_all_the_same_leave_outputs_finite():
    model = MODELS["graphs, value"]()
    model.set_target_statistics(np.full(5, 3.0, "float32"))
    outputs = model(model.example_inputs())
    np.testing.assert_allclose(outputs, [3.0], atol=1e-4)


@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
def test_row_normalization_divides_by_the_sums_of_sizes(graph, is_sparse, randomise):
    plain = randomise(NodeClassifier(convolutions(), 12))
    model = NodeClassifier(convolutions(), 12, feature_normalization="row")
    model.set_weights(plain.get_weights())
    signs = np.tile([1, -1, -1], 4).astype("float32")
    divided, given = graph(), graph(is_sparse=is_sparse)
    given.node_features = given.node_features * signs
    dense = divided.node_features * signs
    sums = np.abs(dense).sum(axis=1, keepdims=True)
    assert sums[8] == 0
    divided.node_features = dense / np.where(sums == 0, 1, sums)
    expected = FullGraph(divided, plain).call()
    full_graph = FullGraph(given, model)
    np.testing.assert_allclose(full_graph.call(), expected, rtol=1e-4, atol=1e-5)
    inputs = {k: full_graph.inputs[k] for k in ("source", "target")}
    outputs = model({**inputs, "node_features": dense})
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def decayed(strategy, graph, decays, make_optimizer):
    """Takes a step with weight decay of the input layers and of the others.

    Returns, of each trainable variable, its path, whether it is of an input layer, and
    its values before and after.
    """
    with strategy.scope():
        keras.utils.set_random_seed(0)
        encoder = convolutions(dropout=0.0, self_connection=True)
        model = NodeClassifier(encoder, 12)
        model.compile(make_optimizer(), cross_entropy)
        model.optimizer.build(model.trainable_variables)
    random = np.random.default_rng(0)  # Biases begin at zero, where nothing decays.
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    model.input_weight_decay, model.hidden_weight_decay = decays
    names = [variable.path for variable in model.trainable_variables]
    before = model.get_weights()
    full_graph = FullGraph(graph, model)
    labels = tf.range(9) % 3

    @tf.function
    def step():
        # Each replica has all nodes: the mean over both is that over one.
        data = (full_graph.inputs, labels)
        return strategy.run(lambda: model.train_step(data, **full_graph.arguments))

    step()
    inputs = {id(w) for layer in encoder.input_layers for w in layer.weights}
    is_input = [id(w) in inputs for w in model.trainable_variables]
    return names, is_input, before, model.get_weights()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("replicas", "scaled"),
    [pytest.param(1, False, marks=pytest.mark.slow), (2, False), (1, True)],
    ids=str,
)
def test_weight_decay_adds_to_the_gradient_of_kernels(replicas, scaled, graph):
    strategy = strategies.create("one_device")
    if replicas == 2:
        strategy = strategies.create("mirrored", num_devices=2)

    def make_optimizer():
        sgd = keras.optimizers.SGD(0.5)
        return keras.optimizers.LossScaleOptimizer(sgd) if scaled else sgd

    names, is_input, before, without = decayed(
        strategy, graph(), (0.0, 0.0), make_optimizer
    )
    *_, after = decayed(strategy, graph(), (0.3, 0.07), make_optimizer)
    assert True in is_input and False in is_input
    assert any(name.endswith("bias") for name in names)
    for name, is_first, start, plain, found in zip(
        names, is_input, before, without, after, strict=True
    ):
        rate = 0.3 if is_first else 0.07
        if start.ndim < 2:
            rate = 0.0
        np.testing.assert_allclose(
            found, plain - 0.5 * rate * start, rtol=1e-4, atol=1e-6, err_msg=name
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: NodeClassifier(convolutions(), 4, readout="last"),
            "all or root. Received: readout=last",
        ),
        (
            lambda: LinkPredictor(convolutions(), 4, decoder="cosine"),
            "dot, bilinear or mlp. Received: decoder=cosine",
        ),
        (
            lambda: graph_predictor(readout="last"),
            "jumping or mlp. Received: readout=last",
        ),
        (lambda: graph_predictor(pooling="min"), "Received: mode=min"),
        (
            lambda: NodeClassifier(convolutions(), 4, feature_normalization="l2"),
            "none or row. Received: feature_normalization=l2",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
