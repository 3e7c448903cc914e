import kerazoo.models.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from kerazoo.models.gnn.graph_tensors import write_example
from kerazoo.models.gnn.hetero_encoder import HeteroEncoder
from kerazoo.models.gnn.hetero_node_classifier import HeteroNodeClassifier
from kerazoo.models.gnn.hetero_spec import HeteroSpec
from kerazoo.models.gnn.hetero_tensors import hetero_graph_tensor
from kerazoo.models.gnn.serving_hetero_model import ServingHeteroModel
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from tests.models.gnn.hetero_examples import inputs_of
from tests.models.gnn.hetero_examples import library

LIMITS = Limits(max_examples=3, max_nodes=40, max_edges=60)


@pytest.fixture(scope="module")
def model():
    spec = HeteroSpec.of(library())
    return HeteroNodeClassifier(
        HeteroEncoder(spec, "paper", "gatv2", 4, 1, 3, num_heads=2)
    )


@pytest.fixture(scope="module")
def serving(model):
    return ServingHeteroModel(model, limits=LIMITS)


def request(serving, graph):
    return serving.tensors(inputs_of(graph))


@pytest.mark.slow
def test_answers_without_python(model, serving, tmp_path):
    graphs = [library(6), library(4, seed=1)]
    path = export(serving.module, serving.endpoints, tmp_path / "model")
    examples = [write_example(hetero_graph_tensor(graph)) for graph in graphs]
    with Worker(path) as worker:
        found = worker.run("serving_default", {"examples": np.array(examples, object)})
        from_tensors = worker.run("tensors", request(serving, graphs[1]))
    logits = [model(inputs_of(graph)).numpy() for graph in graphs]
    expected = special.softmax(np.concatenate(logits), axis=1)
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
    np.testing.assert_array_equal(found["graph_ids"], [0] * 6 + [1] * 4)
    np.testing.assert_array_equal(found["class"], expected.argmax(axis=1))
    np.testing.assert_allclose(from_tensors["probabilities"], expected[6:], atol=1e-5)


@pytest.mark.slow
def test_a_model_of_roots_answers_for_the_first_of_each(model):
    serving = ServingHeteroModel(model, roots=True)
    assert serving.endpoints.keys() == {"serving_default"}
    graphs = [library(6), library(4, seed=1)]
    examples = [write_example(hetero_graph_tensor(graph)) for graph in graphs]
    found = serving.endpoints["serving_default"](examples=tf.constant(examples))
    logits = np.stack([model(inputs_of(graph)).numpy()[0] for graph in graphs])
    np.testing.assert_allclose(
        found["probabilities"].numpy(), special.softmax(logits, axis=1), atol=1e-5
    )
    np.testing.assert_array_equal(found["graph_ids"].numpy(), [0, 1])


@pytest.mark.slow
def test_the_request_of_a_warm_up_passes(serving):
    requests = serving.example()
    for name, inputs in requests.items():
        tensors = {k: tf.constant(v) for k, v in inputs.items()}
        found = serving.endpoints[name](**tensors)
        assert found["probabilities"].shape == (1, 3)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("author_writes_paper_source", lambda v: v + 3, "from 0 to 2. Received: "),
        ("paper_cites_paper_target", lambda v: v - 9, "from 0 to 5. Received: -"),
        ("paper_in_venue_target", lambda v: v[:2], "as many rows as .* 2 and 6"),
        ("paper_cites_paper_weights", lambda v: v * np.nan, "finite. Received: "),
        ("paper_in_venue_features", lambda v: v * np.inf, "finite. Received: "),
        ("paper_features", lambda v: v * np.nan, "finite"),
        ("author_features", lambda v: np.zeros((99, 0)), "at most 40 nodes"),
    ],
)
def test_wrong_tensors_are_named(serving, name, change, said):
    inputs = request(serving, library())
    inputs[name] = change(inputs[name]).astype(inputs[name].dtype)
    tensors = {k: tf.constant(v) for k, v in inputs.items()}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"`{name}` must .*{said}"):
        serving.endpoints["tensors"](**tensors)


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ([b"no"], "`examples` must be serialised"),
        ([b""] * 4, "`examples` must have at most 3 rows. Received: 4"),
        (
            [write_example(hetero_graph_tensor(library(20, s))) for s in (0, 1)],
            "`examples` must have at most 40 nodes. Received: 50",
        ),
    ],
)
def test_wrong_examples_are_named(serving, examples, said):
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        serving.endpoints["serving_default"](examples=tf.constant(examples))
