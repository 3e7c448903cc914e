import kerazoo.models.gnn  # noqa: F401

# isort: split
import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_gnn as tfgnn
from scipy import special

from kerazoo.data.graphs.graph import Graph
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_schemas import schema_text
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.check import run_without_python
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from tests.serving.odd_requests import FLOATS
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well

PAIRS = [[[0, 3], [2, 2]], [[1, 0]], [[0, 0], [0, 0], [0, 0]], [[4, 1]]]


def convolutions(kind, output_units=None, **kwargs):
    return ConvolutionEncoder(kind, 6, 2, output_units, num_heads=2, **kwargs)


MODELS = {
    "nodes": lambda: NodeClassifier(
        convolutions("gcn", 3, normalization="batch"), 4, feature_normalization="row"
    ),
    "roots": lambda: NodeClassifier(convolutions("sage", 3), 4, readout="root"),
    "links": lambda: LinkPredictor(convolutions("gat", 5), 4, decoder="mlp"),
    "graphs": lambda: GraphPredictor(
        convolutions("gin", return_all=True), 4, output_units=3
    ),
    "values": lambda: GraphPredictor(
        convolutions("gine", return_all=True),
        4,
        output_units=1,
        pooling="attention",
        readout="mlp",
        regression=True,
        edge_feature_size=2,
        context_feature_size=3,
    ),
}


def one_graph(num_nodes, num_edges, model, seed, weights):
    """A graph whose last node is isolated."""
    random = np.random.default_rng(seed)

    def features(*shape):
        return random.uniform(-1, 2, shape).astype("float32") if shape[-1] else None

    source, target = random.integers(0, max(num_nodes - 1, 1), (2, num_edges))
    return Graph(
        features(num_nodes, 4),
        source.astype("int32"),
        target.astype("int32"),
        edge_features=features(num_edges, model.edge_feature_size),
        edge_weights=features(num_edges, 1)[:, 0] ** 2 if weights else None,
        context_features=features(model.context_feature_size),
    )


class Served:
    """An exported model beside the Keras model, and what they are asked about."""

    def __init__(self, name, directory):
        random = np.random.default_rng(0)
        self.name = name
        self.model = MODELS[name]()
        # Of both signs but for variances, and small: probabilities far from 0 and 1.
        self.model.set_weights(
            [
                random.uniform(0.5 if "variance" in v.path else -0.5, 0.6, v.shape)
                for v in self.model.weights
            ]
        )
        if name == "values":
            self.model.set_target_statistics(np.array([3.0, 50.0], "float32"))
            self.model.set_context_statistics(
                random.normal(1, 2, (30, 3)).astype("float32")
            )
        weights = name == "nodes"
        # The third graph is one node without edges.
        sizes = [(5, 8), (3, 4), (1, 0), (6, 9)]
        self.graphs = [
            one_graph(*size, self.model, seed, weights)
            for seed, size in enumerate(sizes)
        ]
        self.serving = ServingGraphModel(self.model, weights, self.graphs[1])
        self.directory = directory

    @functools.cached_property
    def path(self):
        return export(self.serving.module, self.serving.endpoints, self.directory)

    @functools.cached_property
    def loaded(self):
        return tf.saved_model.load(str(self.path))

    @property
    def signatures(self):
        return self.loaded.signatures

    def inputs(self, which):
        inputs = plain_tensors(from_graphs([self.graphs[i] for i in which]))
        if isinstance(self.model, LinkPredictor):
            first = np.cumsum([0] + [self.graphs[i].num_nodes for i in which])
            pairs = [np.array(PAIRS[i]) + start for i, start in zip(which, first)]
            inputs["pairs"] = tf.constant(np.concatenate(pairs), tf.int32)
        return inputs

    def tensors(self, which):
        names = self.serving.endpoints["tensors"].structured_input_signature[1]
        inputs = self.inputs(which)
        return {name: inputs[name].numpy() for name in names}

    def expected(self, which):
        """What the Keras model says, put as the signatures do."""
        outputs = self.model(self.inputs(which)).numpy()
        if self.name == "links":
            return {"probabilities": special.expit(outputs)}
        if self.name == "values":
            return {"value": outputs}
        return {
            "class": outputs.argmax(axis=1),
            "probabilities": special.softmax(outputs, axis=1),
        }

    def example(self, i):
        request = self.serving.requests(self.graphs[i], PAIRS[i])
        return request["serving_default"]["examples"][0]


# The others have what is of their own: pairs, edges and contexts.
SLOW = ("nodes", "roots")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())
        for name in MODELS
    ],
)
def served(request, tmp_path_factory):
    keras.utils.set_random_seed(0)
    return Served(request.param, tmp_path_factory.mktemp("served"))


def assert_outputs(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_several_graphs_without_python(served):
    which = [0, 1, 2, 3]
    # Objects: arrays of fixed width would lose zeros at the end of a text.
    examples = np.array([served.example(i) for i in which], object)
    inputs = served.tensors(which)
    with Worker(served.path) as worker:
        found = worker.run("serving_default", {"examples": examples})
        from_tensors = worker.run("tensors", inputs)
    if served.name == "nodes":
        graph_ids = found.pop("graph_ids")
        np.testing.assert_array_equal(graph_ids, np.repeat(which, [5, 3, 1, 6]))
    elif served.name == "roots":
        np.testing.assert_array_equal(found.pop("graph_ids"), which)
    assert_outputs(found, served.expected(which))
    assert_outputs(from_tensors, served.expected(which))


@pytest.mark.parametrize("which", [[2], [3], [2, 2, 0]], ids=str)
def test_few_and_empty_graphs(served, which):
    examples = [served.example(i) for i in which]
    found = served.signatures["serving_default"](examples=tf.constant(examples))
    found.pop("graph_ids", None)
    assert_outputs(found, served.expected(which))
    found = served.signatures["tensors"](**served.tensors(which))
    assert_outputs(found, served.expected(which))


def test_requests_that_warm_a_server_up(served):
    requests = served.serving.requests(served.graphs[0], PAIRS[0])
    for signature, inputs in requests.items():
        inputs = {name: tf.constant(value) for name, value in inputs.items()}
        found = served.signatures[signature](**inputs)
        found.pop("graph_ids", None)
        assert_outputs(found, served.expected([0]))


def test_example_is_a_request_about_the_given_graph_or_a_tiny_one(served):
    given = served.serving.example()
    asked = served.serving.requests(served.graphs[1])
    assert given["tensors"].keys() == asked["tensors"].keys()
    for name, value in asked["tensors"].items():
        np.testing.assert_array_equal(given["tensors"][name], value)
    served.serving._graph, graph = None, served.serving._graph
    try:
        tiny = served.serving.example()
    finally:
        served.serving._graph = graph
    for signature, inputs in tiny.items():
        inputs = {name: tf.constant(value) for name, value in inputs.items()}
        outputs = served.signatures[signature](**inputs)
        assert {len(value) for value in outputs.values()} == {1}


def test_examples_keep_zeros_at_their_end():
    serving = ServingGraphModel(NodeClassifier(convolutions("gcn", 3), 4))
    for num_nodes in range(1, 20):
        nodes, edges = np.zeros((num_nodes, 4), "float32"), np.zeros(2, "int32")
        request = serving.requests(Graph(nodes, edges, edges))["serving_default"]
        (example,) = request["examples"]
        feature = tf.train.Example.FromString(example).features.feature
        assert feature["nodes/nodes.#size"].int64_list.value == [num_nodes]
        assert feature["edges/edges.#target"].int64_list.value == [0, 0]


def test_request_about_a_large_graph_is_about_its_first_nodes():
    serving = ServingGraphModel(NodeClassifier(convolutions("gcn", 3), 4))
    nodes = np.arange(400, dtype="float32").reshape(100, 4)
    graph = Graph(nodes, np.arange(99, -1, -1), np.full(100, 2))
    inputs = serving.requests(graph)["tensors"]
    count = len(inputs["node_features"])
    assert 2 < count < 100
    np.testing.assert_array_equal(inputs["node_features"], nodes[:count])
    assert sorted(inputs["source"]) == list(range(count))
    assert set(inputs["target"]) == {2}


def test_documented_inputs(served):
    expected = {"node_features", "source", "target"}
    expected |= {
        "nodes": {"edge_weights"},
        "roots": {"graph_ids"},
        "links": {"pairs"},
        "graphs": {"graph_ids"},
        "values": {"graph_ids", "edge_features", "context_features"},
    }[served.name]
    assert served.tensors([0]).keys() == expected


@pytest.mark.parametrize("served", ["graphs"], indirect=True)
def test_example_that_a_client_writes_without_tf_gnn(served):
    graph = served.graphs[1]
    example = tf.train.Example()
    feature = example.features.feature
    feature["nodes/nodes.#size"].int64_list.value.append(3)
    features = graph.node_features.ravel()
    feature["nodes/nodes.features"].float_list.value.extend(features)
    feature["edges/edges.#size"].int64_list.value.append(4)
    feature["edges/edges.#source"].int64_list.value.extend(graph.source)
    feature["edges/edges.#target"].int64_list.value.extend(graph.target)
    serve = served.signatures["serving_default"]
    found = serve(examples=tf.constant([example.SerializeToString()]))
    assert_outputs(found, served.expected([1]))


LIBRARY = """
node_sets {
  key: "paper"
  value {
    features { key: "words" value { dtype: DT_FLOAT shape { dim { size: 2 } } } }
    features { key: "label" value { dtype: DT_INT64 } }
  }
}
node_sets { key: "author" value {} }
edge_sets { key: "writes" value { source: "author" target: "paper" } }
edge_sets { key: "cites" value { source: "paper" target: "paper" } }
"""


def library(num_papers, num_authors, seed):
    random = np.random.default_rng(seed)
    words = random.normal(size=(num_papers, 2)).astype("float32")

    def edges(source, num_sources, count):
        ends = (
            random.integers(0, num_sources, count),
            random.integers(0, num_papers, count),
        )
        return tfgnn.EdgeSet.from_fields(
            sizes=[count],
            adjacency=tfgnn.Adjacency.from_indices(
                (source, ends[0].astype("int32")), ("paper", ends[1].astype("int32"))
            ),
        )

    return tfgnn.GraphTensor.from_pieces(
        node_sets={
            "paper": tfgnn.NodeSet.from_fields(
                features={"words": words}, sizes=[num_papers]
            ),
            "author": tfgnn.NodeSet.from_fields(sizes=[num_authors]),
        },
        edge_sets={
            "writes": edges("author", num_authors, 5),
            "cites": edges("paper", num_papers, 3),
        },
    )


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("nodes", marks=pytest.mark.slow),
        "roots",
        pytest.param("graphs", marks=pytest.mark.slow),
    ],
)
def test_several_sets_without_python(kind, tmp_path, randomise):
    """Outputs are those of the network on plain tensors, graph by graph."""
    encoder = convolutions("rgcn", 3, num_relations=2, return_all=kind == "graphs")
    if kind == "graphs":
        network = GraphPredictor(encoder, 5, output_units=3)
    else:
        network = NodeClassifier(encoder, 5)
    root_set = "paper" if kind == "roots" else None
    model = GraphTensorModel(LIBRARY, network, node_units=5, root_set=root_set)
    model.build()
    randomise(model)
    graphs = [library(3, 2, seed=0), library(1, 4, seed=1)]
    expected = []
    for graph in graphs:
        inputs = plain_tensors(graph)
        assert inputs.pop("edge_types").numpy().tolist() == 3 * [0] + 5 * [1]
        features = inputs["node_features"]
        authors = model.projections["author"](np.ones((len(features["author"]), 1)))
        papers = model.projections["paper"](features["paper"])
        inputs["node_features"] = np.concatenate([authors, papers])
        outputs = network({**inputs, "edge_types": np.repeat([0, 1], [3, 5])}).numpy()
        expected.append(outputs[len(authors)][None] if kind == "roots" else outputs)

    serving = ServingGraphModel(model)
    assert "label" not in serving.schema
    path = export(serving.module, serving.endpoints, tmp_path)
    requests = [
        serving.requests(graph)["serving_default"]["examples"] for graph in graphs
    ]
    found = run_without_python(path, {"examples": np.concatenate(requests)})
    graph_ids = found.pop("graph_ids", np.array([0, 1]))
    for number, outputs in enumerate(expected):
        assert_outputs(
            {name: value[graph_ids == number] for name, value in found.items()},
            {
                "class": outputs.argmax(axis=1),
                "probabilities": special.softmax(outputs, axis=1),
            },
        )


def test_types_of_edges_without_their_sets_raise():
    model = NodeClassifier(convolutions("rgcn", 3, num_relations=2), 4)
    with pytest.raises(ValueError, match="edge sets.*num_relations=2"):
        ServingGraphModel(model)


def test_networks_that_cannot_be_served_raise():
    network = LinkPredictor(convolutions("gcn", 3), 4)
    with pytest.raises(ValueError, match="Received: LinkPredictor"):
        ServingGraphModel(GraphTensorModel(schema_text(4), network))


def test_rows_of_roots_have_their_graphs():
    encoder = ConvolutionEncoder("sage", 6, 2, 3)
    model = NodeClassifier(encoder, 4, readout="root")
    graphs = [one_graph(size, 3, model, seed=size, weights=False) for size in (4, 1, 2)]
    serving = ServingGraphModel(model)
    examples = [
        serving.requests(graph)["serving_default"]["examples"][0] for graph in graphs
    ]
    found = serving.serve_examples(tf.constant(examples))
    expected = [model(plain_tensors(from_graphs([graph])))[0] for graph in graphs]
    np.testing.assert_array_equal(found["class"], np.argmax(expected, axis=1))
    np.testing.assert_array_equal(found["graph_ids"], [0, 1, 2])


@pytest.mark.parametrize("signature", ["serving_default", "tensors"])
def test_no_rows_are_answered(served, signature):
    function = served.serving.endpoints[signature]
    good = served.serving.requests(served.graphs[0], PAIRS[0])[signature]
    answer = ask(function, {name: value[:0] for name, value in good.items()})
    assert {len(value) for value in answer.values()} == {0}


GRAPHS = pytest.mark.parametrize("served", ["graphs"], indirect=True)


def assert_refused(function, request, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"(?s){words}"):
        ask(function, request)


@GRAPHS
@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"source": [0, -1]}, "`source` must be from 0 to 4. Received: -1"),
        ({"target": [5, 0]}, "`target` must be from 0 to 4. Received: 5"),
        ({"target": [0]}, "`target` must have as many rows as `source`. .* 1 and 2"),
        ({"source": [0, 2]}, "`source` must be of the same graph as `target`.* 2"),
        ({"graph_ids": [0, 0, 1, 1]}, "`graph_ids` must have as many rows as `node"),
        ({"graph_ids": [1, 1, 1, 2, 2]}, "`graph_ids` must begin at 0 .* Received: 1"),
        ({"graph_ids": [0, 0, 2, 2, 2]}, "`graph_ids` must begin at 0 .* Received: 2"),
        ({"graph_ids": [0, 0, 0, 1, 0]}, "`graph_ids` must begin at 0 .* Received: 0"),
        ({"graph_ids": [0, 2**31 - 1, -(2**31), 0, 0]}, "`graph_ids` must begin at 0"),
        ({"node_features": np.full((5, 4), np.inf)}, "`node_features` must be finite"),
        ({"node_features": np.full((5, 4), 3e38)}, "`node_features` .* finite answer"),
    ],
)
def test_wrong_tensors_are_errors(served, odd, words):
    request = {
        "node_features": np.ones((5, 4)),
        "source": [0, 3],
        "target": [1, 4],
        "graph_ids": [0, 0, 0, 1, 1],
    }
    tensors = served.serving.endpoints["tensors"]
    assert len(ask(tensors, request)["class"]) == 2
    assert_refused(tensors, {**request, **odd}, words)


@pytest.mark.parametrize("served", ["values"], indirect=True)
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "edge_features",
            np.ones((3, 2)),
            "`edge_features` .* as many rows as `source`",
        ),
        ("edge_features", np.full((4, 2), np.nan), "`edge_features` must be finite"),
        (
            "context_features",
            np.ones((2, 3)),
            "`context_features` .* graphs in `graph_",
        ),
        (
            "context_features",
            np.full((1, 3), -np.inf),
            "`context_features` must be fin",
        ),
    ],
)
def test_wrong_features_are_errors(served, name, value, words):
    request = served.tensors([1])
    assert_refused(served.serving.endpoints["tensors"], {**request, name: value}, words)


@pytest.mark.parametrize("served", ["links"], indirect=True)
@pytest.mark.parametrize("pair", [[0, 3], [-1, 0]])
def test_wrong_pairs_are_errors(served, pair):
    request = {**served.tensors([1]), "pairs": [[0, 2], pair]}
    words = f"`pairs` must be from 0 to 2. Received: {max(pair, key=abs)}"
    assert_refused(served.serving.endpoints["tensors"], request, words)
    serialized = served.serving.requests(served.graphs[1], [[0, 2], pair])
    words = "`examples` must have only nodes of the same example in edges/pairs"
    # A node of the example before or after is none of this one.
    neighbours = [served.example(0), *serialized["serving_default"]["examples"]] * 2
    examples = {"examples": np.array(neighbours, object)}
    assert_refused(served.serving.endpoints["serving_default"], examples, words)


def change(example, feature, values=None):
    """Returns a serialised example with another feature, or without it."""
    example = tf.train.Example.FromString(example)
    found = example.features.feature[feature]
    if values is None:
        del example.features.feature[feature]
    else:
        getattr(found, found.WhichOneof("kind")).value[:] = values
    return example.SerializeToString()


def with_text(example):
    """Returns a serialised example whose features are text."""
    example = tf.train.Example.FromString(example)
    feature = example.features.feature["nodes/nodes.features"]
    feature.bytes_list.value[:] = [b"to be"]
    return example.SerializeToString()


@GRAPHS
@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (lambda e: b"to be", "`examples` must be serialised tf.train.Example.* 5"),
        (lambda e: e[:-1], "`examples` must be serialised tf.train.Example"),
        (lambda e: e + b"\0", "`examples` must be serialised tf.train.Example"),
        # The parser says what is wrong further in.
        (lambda e: with_text(e), r"Data types don't match.*examples(_\d+)?/"),
        (
            lambda e: change(e, "nodes/nodes.features"),
            "`examples` must have as many rows",
        ),
        (
            lambda e: change(e, "nodes/nodes.#size", [2]),
            "`examples` .* .*/nodes.#size says",
        ),
        (
            lambda e: change(e, "nodes/nodes.#size", [-3]),
            "`examples` .* nodes/nodes.#size says",
        ),
        (
            lambda e: change(e, "edges/edges.#size", [3]),
            "`examples` .* .*/edges.#size says",
        ),
        (
            lambda e: change(e, "edges/edges.#source", [0, 1, 3, 0]),
            "`examples` .* same example in edges/edges.#source. Received: 3",
        ),
        (
            lambda e: change(e, "edges/edges.#target", [0, -1, 2, 0]),
            "`examples` .* same example in edges/edges.#target. Received: -1",
        ),
        (
            lambda e: change(e, "nodes/nodes.features", [np.nan] * 12),
            "`examples` must have finite numbers in nodes/nodes.features",
        ),
        (
            lambda e: change(e, "nodes/nodes.features", [3e38] * 12),
            "`examples` must be small enough for a finite answer",
        ),
    ],
)
def test_wrong_examples_are_errors(served, odd, words):
    good = served.example(1)
    examples = np.array([good, odd(good), good], object)
    function = served.serving.endpoints["serving_default"]
    assert_refused(function, {"examples": examples}, words)


@pytest.mark.slow
@pytest.mark.parametrize("served", ["roots"], indirect=True)
def test_examples_without_a_root_are_errors(served):
    empty = Graph(np.zeros((0, 4), "f"), np.zeros(0, "int32"), np.zeros(0, "int32"))
    request = served.serving.requests(empty)["serving_default"]
    words = "`examples` must have a first node in nodes/nodes. Received: 0"
    assert_refused(served.serving.endpoints["serving_default"], request, words)


@GRAPHS
def test_limits_are_those_that_were_set(served):
    limits = Limits(max_examples=2, max_nodes=5, max_edges=8)
    serving = ServingGraphModel(served.model, limits=limits)
    examples, tensors = (serving.endpoints[n] for n in ("serving_default", "tensors"))
    assert len(ask(tensors, served.tensors([0]))["class"]) == 1
    assert_refused(tensors, served.tensors([0, 2]), "`node_features` .* at most 5 rows")
    edges = np.zeros(9, "int32")
    request = {**served.tensors([0]), "source": edges, "target": edges}
    assert_refused(tensors, request, "`source` must have at most 8 rows. Received: 9")
    assert_refused(tensors, served.tensors([2, 2, 2]), "`graph_ids` .* from 0 to 1")
    for which, words in (
        ([0, 2], "at most 5 nodes. Received: 6"),
        ([2, 2, 2], "at most 2 rows"),
    ):
        request = {"examples": np.array([served.example(i) for i in which], object)}
        assert_refused(examples, request, f"`examples` must have {words}")


def odd_example(good, random):
    """Returns a serialised graph of which one feature is another, or damaged."""
    example = tf.train.Example.FromString(good)
    name = random.choice(sorted(example.features.feature))
    feature = example.features.feature[name]
    values = getattr(feature, feature.WhichOneof("kind")).value
    match random.integers(5):
        case 0:
            del example.features.feature[name]
        case 1:
            values.append(1)
        case 2:
            del values[-1:]
        case _ if values and name.endswith(("#size", "#source", "#target")):
            odd = [-1, 0, 1, 4, 5, 100, 2**31, 2**62, -(2**63)]
            values[random.integers(len(values))] = odd[random.integers(len(odd))]
        case _ if values:
            values[random.integers(len(values))] = random.choice(FLOATS)
    changed = example.SerializeToString()
    if random.random() < 0.2:
        return changed[: random.integers(len(changed))]
    return changed


SIGNATURES = pytest.mark.parametrize("signature", ["serving_default", "tensors"])


@SIGNATURES
def test_odd_requests_end_well(served, signature):
    good = served.serving.requests(served.graphs[0], PAIRS[0])[signature]
    function = served.serving.endpoints[signature]
    assert_odd_requests_end_well(function, good, 30, odd_text=odd_example)


@pytest.mark.slow
@SIGNATURES
def test_many_odd_requests_end_well(served, signature):
    good = served.serving.requests(served.graphs[0], PAIRS[0])[signature]
    function = served.serving.endpoints[signature]
    kwargs = {"odd_text": odd_example}
    assert_odd_requests_end_well(function, good, 1_000, seed=1, **kwargs)
    assert_memory_stays(function, good, 10_000, **kwargs)


def test_examples_are_answered_alone(served):
    few = [np.array([served.example(i)], object) for i in range(4)]
    function = served.serving.endpoints["serving_default"]
    alone = [ask(function, {"examples": example}) for example in few]
    whole = ask(function, {"examples": np.resize(few, 257)})
    for name in whole.keys() - {"graph_ids"}:
        expected = np.concatenate([alone[i % 4][name] for i in range(257)])
        np.testing.assert_allclose(whole[name], expected, rtol=1e-4, atol=1e-5)
