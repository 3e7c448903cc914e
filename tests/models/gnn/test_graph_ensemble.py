"""Several models as one: what it says, also where it is served."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
from scipy import special

from kerazoo.models.gnn.attentive_fp_encoder import AttentiveFPEncoder
from kerazoo.models.gnn.dmpnn_encoder import DMPNNEncoder
from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.tensor_layout import plain_tensors
from kerazoo.serving.copying import plain_copy
from kerazoo.serving.exporting import export
from kerazoo.serving.worker import Worker

KINDS = {
    "value": (1, {"regression": True}),
    "values": (2, {"regression": True}),
    "classes": (3, {}),
    "answers": (2, {"independent": True}),
}


def members(kind):
    units, arguments = KINDS[kind]
    arguments = {"readout": "mlp", "edge_feature_size": 2, **arguments}
    return [
        GraphPredictor(DMPNNEncoder(6, 2), 4, units, pooling="mean", **arguments),
        GraphPredictor(
            AttentiveFPEncoder(5, 1), 4, units, pooling="attentive", **arguments
        ),
    ]


@pytest.fixture(params=KINDS)
def ensemble(request, randomise):
    models = members(request.param)
    for seed, model in enumerate(models):
        randomise(model, seed)
    return request.param, GraphEnsemble(models)


@pytest.fixture
def inputs(small_graphs):
    return plain_tensors(from_graphs(small_graphs(6, edge_size=2)))


def test_mean_and_deviation(ensemble, inputs):
    kind, model = ensemble
    outputs = np.stack([member(inputs) for member in model.members])
    if kind == "classes":
        outputs = special.softmax(outputs, axis=-1)
    elif kind == "answers":
        outputs = special.expit(outputs)
    mean, deviation = model.mean_and_deviation(inputs)
    np.testing.assert_allclose(mean, outputs.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(deviation, outputs.std(axis=0), rtol=1e-3, atol=1e-5)
    alone = np.asarray(model(inputs))
    if kind == "classes":
        alone = special.softmax(alone, axis=-1)
    elif kind == "answers":
        alone = special.expit(alone)
    np.testing.assert_allclose(alone, mean, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("ensemble", ["classes"], indirect=True)
def test_copies_say_the_same(ensemble, inputs, tmp_path):
    _, model = ensemble
    expected = model(inputs)
    np.testing.assert_array_equal(plain_copy(model)(inputs), expected)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(loaded(inputs), expected)


@pytest.mark.slow
def test_served_without_python(small_graphs, inputs, randomise, tmp_path):
    models = members("values")
    for seed, model in enumerate(models):
        randomise(model, seed)
        model.set_target_statistics(np.array([[1, 10], [3, 90]], "float32"))
    model = GraphEnsemble(models)
    graphs = small_graphs(6, edge_size=2)
    serving = ServingGraphModel(model, graph=graphs[1], target_names=["a b", "c"])
    path = export(serving.module, serving.endpoints, tmp_path)
    request = {
        name: np.asarray(inputs[name])
        for name in ("node_features", "edge_features", "source", "target", "graph_ids")
    }
    examples = [serving.requests(g)["serving_default"]["examples"][0] for g in graphs]
    with Worker(path) as worker:
        found = worker.run("tensors", request)
        again = worker.run("serving_default", {"examples": np.array(examples, object)})
    mean, deviation = (np.asarray(x) for x in model.mean_and_deviation(inputs))
    expected = {
        **{"value_a_b": mean[:, 0], "value_c": mean[:, 1]},
        **{"deviation_a_b": deviation[:, 0], "deviation_c": deviation[:, 1]},
    }
    assert found.keys() == again.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(again[name], value, rtol=1e-4, atol=1e-4)


def test_members_that_do_not_go_together():
    with pytest.raises(ValueError, match="two models or more.*=1"):
        GraphEnsemble(members("value")[:1])
    with pytest.raises(ValueError, match="take and say the same"):
        GraphEnsemble([members("value")[0], members("values")[0]])
