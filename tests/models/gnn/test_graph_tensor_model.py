import kerazoo.models.gnn  # noqa: F401

# isort: split
import subprocess
import sys
import textwrap
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_gnn as tfgnn
from keras import ops

from kerazoo.models.gnn import graph_schemas
from kerazoo.models.gnn import graph_tensors
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.graph_batching import graph_batches
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.models.gnn.padded_sizes import size_constraints
from kerazoo.training import strategy as strategies

SCHEMA = graph_schemas.schema_text(3)
HETEROGENEOUS = """
node_sets {
  key: "paper"
  value {
    features { key: "words" value { dtype: DT_FLOAT shape { dim { size: 2 } } } }
  }
}
node_sets { key: "author" value {} }
edge_sets { key: "writes" value { source: "author" target: "paper" } }
"""


@keras.saving.register_keras_serializable(package="test_graph_tensor_model")
class MeanNetwork(keras.layers.Layer):
    """One round of messages, then the mean over the nodes of each graph."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = keras.layers.Dense(units, activation="tanh")
        self.head = keras.layers.Dense(2)

    def call(self, inputs):
        nodes = self.hidden(inputs["node_features"])
        messages = ops.take(nodes, inputs["source"], axis=0)
        nodes += ops.segment_sum(messages, inputs["target"], ops.shape(nodes)[0])
        num_graphs = inputs["num_graphs"]
        total = ops.segment_sum(nodes, inputs["graph_ids"], num_graphs)
        count = ops.segment_sum(
            ops.ones_like(nodes[:, :1]), inputs["graph_ids"], num_graphs
        )
        return self.head(total / ops.maximum(count, 1))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="test_graph_tensor_model")
class TakeNodes(keras.layers.Wrapper):
    def call(self, inputs):
        return self.layer(inputs["node_features"])


def graph(num_nodes, num_edges, seed):
    random = np.random.default_rng(seed)
    return types.SimpleNamespace(
        node_features=random.normal(size=(num_nodes, 3)).astype("float32"),
        source=random.integers(0, num_nodes, num_edges),
        target=random.integers(0, num_nodes, num_edges),
        edge_features=None,
        edge_weights=None,
        context_features=None,
    )


GRAPHS = [graph(1 + seed % 5, 2 * (seed % 4), seed) for seed in range(16)]
LABELS = np.array([int(g.node_features.mean() > 0) for g in GRAPHS])


def flat(graphs):
    return graph_tensors.flatten(graph_tensors.from_graphs(graphs))


def dense_outputs(weights, one):
    """`MeanNetwork` of one graph, by its dense adjacency matrix."""
    kernel, bias, head_kernel, head_bias = weights
    size = len(one.node_features)
    adjacency = np.zeros((size, size))
    np.add.at(adjacency, (one.target, one.source), 1)
    hidden = np.tanh(one.node_features @ kernel + bias)
    return (hidden + adjacency @ hidden).mean(axis=0) @ head_kernel + head_bias


def compiled(learning_rate=0.1, **kwargs):
    keras.utils.set_random_seed(0)
    model = GraphTensorModel(SCHEMA, MeanNetwork(), **kwargs)
    model.compile(
        keras.optimizers.SGD(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        weighted_metrics=["accuracy"],
    )
    return model


def batches(batch_size, seed=0):
    constraints = size_constraints(GRAPHS, batch_size)
    return graph_batches(GRAPHS, LABELS, batch_size, constraints, seed=seed)


def test_outputs_are_those_of_dense_matrices_graph_by_graph():
    model = GraphTensorModel(SCHEMA, MeanNetwork())
    outputs = model(flat(GRAPHS))
    for one, output in zip(GRAPHS, outputs):
        expected = dense_outputs(model.get_weights(), one)
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-5)


def test_padding_changes_no_graph():
    model = GraphTensorModel(SCHEMA, MeanNetwork())
    found = [
        model(components)[weights == 1]
        for components, _, weights in batches(5, seed=None)
    ]
    np.testing.assert_allclose(
        tf.concat(found, axis=0), model(flat(GRAPHS)), rtol=1e-4, atol=1e-5
    )


def test_function_of_unknown_sizes():
    model = GraphTensorModel(SCHEMA, MeanNetwork())
    signature = tf.nest.flatten(model.spec, expand_composites=True)
    serve = tf.function(lambda *x: model(x), input_signature=signature)
    for graphs in (GRAPHS, GRAPHS[:1]):
        outputs = serve(*flat(graphs))
        np.testing.assert_allclose(outputs, model(flat(graphs)), rtol=1e-4, atol=1e-5)


def test_several_node_sets_are_projected_and_joined():
    class Identity(keras.layers.Layer):
        def call(self, inputs):
            return inputs["node_features"]

    model = GraphTensorModel(HETEROGENEOUS, Identity(), node_units=5)
    model.build()
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    words = random.normal(size=(3, 2)).astype("float32")
    merged = tfgnn.GraphTensor.from_pieces(
        node_sets={
            "paper": tfgnn.NodeSet.from_fields(features={"words": words}, sizes=[3]),
            "author": tfgnn.NodeSet.from_fields(features={}, sizes=[2]),
        },
        edge_sets={
            "writes": tfgnn.EdgeSet.from_fields(
                features={},
                sizes=[1],
                adjacency=tfgnn.Adjacency.from_indices(("author", [1]), ("paper", [2])),
            )
        },
    )
    weights = {"/".join(w.path.split("/")[-2:]): w.numpy() for w in model.weights}
    papers = words @ weights["project_paper/kernel"] + weights["project_paper/bias"]
    vector = weights["project_author/kernel"][0] + weights["project_author/bias"]
    authors = np.tile(vector, (2, 1))
    np.testing.assert_allclose(
        model(graph_tensors.flatten(merged)),
        np.concatenate([authors, papers]),
        rtol=1e-4,
        atol=1e-5,
    )


def library():
    """Two graphs: paper 0 of authors 0 and 1; papers 1 and 2 of author 2."""
    words = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    return tfgnn.GraphTensor.from_pieces(
        context=tfgnn.Context.from_fields(features={}, sizes=[1, 1]),
        node_sets={
            "paper": tfgnn.NodeSet.from_fields(features={"words": words}, sizes=[1, 2]),
            "author": tfgnn.NodeSet.from_fields(features={}, sizes=[2, 1]),
        },
        edge_sets={
            "writes": tfgnn.EdgeSet.from_fields(
                features={},
                sizes=[2, 2],
                adjacency=tfgnn.Adjacency.from_indices(
                    ("author", [0, 1, 2, 2]), ("paper", [0, 0, 1, 2])
                ),
            )
        },
    )


def roots_model(**kwargs):
    keras.utils.set_random_seed(0)
    encoder = ConvolutionEncoder("rgcn", 4, 2, 3, num_relations=1)
    network = NodeClassifier(encoder, 5, readout="root")
    return GraphTensorModel(HETEROGENEOUS, network, node_units=5, **kwargs)


@pytest.mark.parametrize(("root_set", "nodes"), [("paper", [3, 4]), ("author", [0, 2])])
def test_roots_among_several_node_sets(root_set, nodes):
    # Authors come first: nodes 0 to 2; papers 3 to 5.
    model = roots_model(root_set=root_set)
    components = graph_tensors.flatten(library())
    roots = model(components)
    model.root_set, model.network.readout = None, "all"
    everything = model(components).numpy()
    assert len(everything) == 6
    np.testing.assert_array_equal(roots, everything[nodes])


def test_loaded_model_has_the_same_roots(tmp_path):
    model = roots_model(root_set="paper")
    components = graph_tensors.flatten(library())
    outputs = model(components)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(components), outputs)


def test_padding_has_roots_too():
    model = roots_model(root_set="paper")
    graphs = library()
    constraints = size_constraints(graphs, 3)
    ((components, _, weights),) = graph_batches(graphs, [0, 1], 3, constraints)
    outputs = model(components)
    assert len(outputs) == len(weights) == 4
    expected = model(graph_tensors.flatten(graphs))
    np.testing.assert_allclose(outputs[:2], expected, rtol=1e-5, atol=1e-6)


def test_roots_among_several_node_sets_without_their_name_raise():
    with pytest.raises(ValueError, match="root_set`, one of author, paper"):
        roots_model()


@pytest.mark.parametrize("kind", ["one set", "several sets"])
def test_saved_and_loaded_model_gives_equal_outputs(tmp_path, kind):
    if kind == "one set":
        model = GraphTensorModel(SCHEMA, MeanNetwork(6), name="model")
    else:
        model = GraphTensorModel(HETEROGENEOUS, MeanNetwork(6), 5, exclude=("x",))
    model.build()
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.name == model.name
    assert loaded.node_units == model.node_units
    assert loaded.exclude == model.exclude
    assert loaded.network.units == 6
    for one, other in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    if kind == "one set":
        np.testing.assert_array_equal(loaded(flat(GRAPHS)), model(flat(GRAPHS)))


@pytest.mark.slow
def test_model_is_loaded_by_a_process_of_its_own(tmp_path):
    network = keras.Sequential([keras.layers.Dense(2)])
    model = GraphTensorModel(SCHEMA, TakeNodes(network))
    outputs = model(flat(GRAPHS))
    model.save(tmp_path / "model.keras")
    np.savez(
        tmp_path / "inputs.npz", *[component.numpy() for component in flat(GRAPHS)]
    )
    program = """
        import sys
        from kerazoo.models.gnn import GraphTensorModel
        import keras
        import numpy as np

        @keras.saving.register_keras_serializable(package="test_graph_tensor_model")
        class TakeNodes(keras.layers.Wrapper):
            def call(self, inputs):
                return self.layer(inputs["node_features"])

        model = keras.saving.load_model(f"{sys.argv[1]}/model.keras")
        inputs = np.load(f"{sys.argv[1]}/inputs.npz")
        outputs = model(tuple(inputs[name] for name in inputs))
        np.save(f"{sys.argv[1]}/outputs.npy", outputs)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.load(tmp_path / "outputs.npy"), outputs, atol=1e-6)


@pytest.mark.slow
def test_fit_learns_from_padded_batches():
    model = compiled(learning_rate=0.5)
    history = model.fit(batches(8), epochs=4, steps_per_epoch=20, verbose=0).history
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert_accuracy(model)


def test_padding_stays_out_of_an_evaluation():
    model = compiled()
    model.run_eagerly = True  # Three batches take less time than a trace.
    assert_accuracy(model)


def assert_accuracy(model):
    constraints = size_constraints(GRAPHS, 6)
    # Weights keep the padding out of the mean, of a last batch with four graphs too.
    found = model.evaluate(
        graph_batches(GRAPHS, LABELS, 6, constraints), verbose=0, return_dict=True
    )
    right = np.argmax(model(flat(GRAPHS)), axis=1) == LABELS
    assert found["accuracy"] == pytest.approx(right.mean())


@pytest.mark.parametrize(
    "convolution", [pytest.param("gin", marks=pytest.mark.slow), "gcn"]
)
def test_padding_stays_out_of_batch_normalization(convolution):
    """Averages and weights after a step are those of a step without padding."""

    def train(room):
        keras.utils.set_random_seed(0)
        encoder = ConvolutionEncoder(
            convolution, 4, 2, dropout=0.0, normalization="batch", return_all=True
        )
        network = GraphPredictor(encoder, 3, output_units=2, dropout=0.0)
        model = GraphTensorModel(SCHEMA, network)
        model.compile(
            keras.optimizers.SGD(0.1),
            keras.losses.SparseCategoricalCrossentropy(
                from_logits=True, reduction="mean_with_sample_weight"
            ),
            run_eagerly=True,  # Two steps take less time than their trace.
        )
        constraints = size_constraints(GRAPHS, 8 + room)
        data = graph_batches(GRAPHS, LABELS, 8, constraints, seed=0)
        model.fit(data, steps_per_epoch=2, verbose=0)
        return model.get_weights()

    for little, much in zip(train(room=0), train(room=30), strict=True):
        np.testing.assert_allclose(little, much, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_two_replicas_train_as_one_with_twice_the_batch():
    one = compiled()
    one.fit(batches(8), steps_per_epoch=5, verbose=0)
    strategy = strategies.create("mirrored", num_devices=2)
    with strategy.scope():
        two = compiled()
        two.build()
        two.optimizer.build(two.trainable_variables)
    shares = strategy.distribute_datasets_from_function(lambda context: batches(4))
    two.fit(shares, steps_per_epoch=5, verbose=0)
    for ours, theirs in zip(two.get_weights(), one.get_weights()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_mixed_precision_reaches_the_network_but_not_the_graph():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = GraphTensorModel(HETEROGENEOUS, MeanNetwork(), node_units=5)
        model.build()
    finally:
        keras.config.set_dtype_policy("float32")
    graph_tensor = graph_tensors.from_graphs(GRAPHS)
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.network.hidden.compute_dtype == "bfloat16"
    assert model.projections["paper"].compute_dtype == "bfloat16"
    assert graph_tensor.node_sets["nodes"]["features"].dtype == tf.float32


def test_several_node_sets_without_units_raise():
    with pytest.raises(ValueError, match="author, paper.*need `node_units`"):
        GraphTensorModel(HETEROGENEOUS, MeanNetwork())


def test_tensors_of_another_schema_raise():
    model = GraphTensorModel(SCHEMA, MeanNetwork())
    with pytest.raises(ValueError, match=r"the 6 tensors.*len\(components\)=5"):
        model(flat(GRAPHS)[:5])
    with pytest.raises(ValueError, match=r"the 6 tensors.*len\(components\)=7"):
        model((*flat(GRAPHS), tf.ones(16)))
