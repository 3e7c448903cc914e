"""Answers of models whose outputs are values."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.models.gnn import config
from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.tasks.gnn.explained_answer import ExplainedAnswer

GRAPH = Graph(np.eye(3, 2, dtype="float32"), np.array([0, 1]), np.array([1, 2]))


def of_two_values(seed):
    """Returns a model of two targets, of deviations 1 and 100."""
    keras.utils.set_random_seed(seed)
    targets = np.array([[1.0, 100.0], [3.0, 300.0]], "float32")
    encoder = config.EncoderConfig("gin", 4, 2)
    readout = config.ReadoutConfig("mean", "mlp")
    return config.make_graph_predictor([GRAPH], targets, None, encoder, readout)


@pytest.fixture(scope="module")
def model():
    return of_two_values(0)


@pytest.mark.parametrize(("output", "deviation"), [(0, 1), (1, 100)])
def test_loss_is_in_deviations_of_the_target_itself(model, output, deviation):
    answer = ExplainedAnswer(model, GRAPH, {}, ["a", "b"], output)
    inputs = {"source": GRAPH.source, "target": GRAPH.target}
    before, after = (
        model({"node_features": share * GRAPH.node_features, **inputs}).numpy().ravel()
        for share in (1, 0.5)
    )
    expected = np.square((after - before)[output] / deviation)
    assert expected > 1e-8
    loss = answer.loss(0.5 * answer.features, tf.ones(2))
    assert float(loss) == pytest.approx(expected, rel=1e-3)


def test_value_of_an_ensemble_is_the_mean_and_no_probability(model):
    members = [model, of_two_values(1)]
    values = [ExplainedAnswer(own, GRAPH, {}, output=1).value for own in members]
    answer = ExplainedAnswer(GraphEnsemble(members), GRAPH, {}, output=1)
    assert answer.probability is None
    assert answer.value == pytest.approx(np.mean(values), rel=1e-5)
    assert values[0] != pytest.approx(values[1])
    assert float(answer.loss(answer.features, tf.ones(2))) == 0
