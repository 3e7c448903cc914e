import dataclasses
import logging
import re
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn import LinkConfig
from kerazoo.models.gnn import ReadoutConfig
from kerazoo.models.gnn import TrainingConfig
from kerazoo.models.gnn import compile_model
from kerazoo.models.gnn import make_graph_predictor
from kerazoo.models.gnn import make_link_predictor
from kerazoo.models.gnn import make_node_classifier
from kerazoo.models.gnn.losses import cross_entropy


def test_every_argument_reaches_the_encoder():
    config = EncoderConfig(
        *("gat", 12, 3, 0.1),
        num_heads=4,
        attention_dropout=0.2,
        output_heads=2,
        activation="elu",
        normalization="layer",
        residual=True,
        self_connection=True,
    )
    found = config.make(output_units=5, return_all=True).get_config()
    assert found["convolution"] == "gat" and found["return_all"]
    assert found["output_units"] == 5
    names = {field.name for field in dataclasses.fields(config)} & found.keys()
    assert len(names) == 12
    for name in names:
        assert found[name] == getattr(config, name), name


def test_filters_reach_the_encoder():
    config = EncoderConfig(
        *("ssgc", 12, 3), filter_steps=4, teleport=0.3, drop_edge=0.2, jumping="max"
    )
    found = config.make(5).get_config()
    names = ("filter_steps", "teleport", "drop_edge", "jumping")
    assert [found[name] for name in names] == [4, 0.3, 0.2, "max"]
    assert config.num_hops == 12
    # A model of graphs has a readout of all layers of its own.
    assert config.make(return_all=True).jumping == "none"


def test_encoders_that_are_no_stack_of_convolutions():
    config = EncoderConfig(
        *("appnp", 12, 3, 0.1), teleport=0.3, propagation_steps=7, identity_decay=0.9
    )
    appnp = config.make(5).get_config()
    assert (appnp["num_steps"], appnp["teleport"]) == (7, 0.3)
    assert config.num_hops == 7
    gcnii = dataclasses.replace(config, architecture="gcnii")
    found = gcnii.make(5).get_config()
    assert (found["identity_decay"], found["teleport"]) == (0.9, 0.3)
    assert gcnii.num_hops == found["num_layers"] == 3
    with pytest.raises(ValueError, match="use one of gcn, .*architecture=gcnii"):
        gcnii.make(return_all=True)


@pytest.mark.parametrize("name", ["rgcn", "cnn"])
def test_unknown_architecture_raises(name, graph):
    config = EncoderConfig(name)
    for act in (config.make, lambda: config.check_graph(graph(), "it")):
        with pytest.raises(ValueError, match=f"gcnii.*Received: architecture={name}"):
            act()


@pytest.mark.parametrize(
    ("name", "weights", "features", "said"),
    [
        ("gcn", False, False, None),
        ("gcn", True, False, None),
        ("gcn", False, True, "gcn leaves the features .* gat, gatv2, gine, transf"),
        ("appnp", False, True, "appnp leaves the features"),
        ("gat", True, True, "gat leaves the weights .* gcn, sage, gin, .* gcnii take"),
        ("gine", True, True, "gine leaves the weights"),
    ],
)
def test_what_is_left_out_of_a_graph_is_said(
    name, weights, features, said, graph, caplog
):
    with caplog.at_level(logging.INFO, "kerazoo"), warnings.catch_warnings():
        warnings.simplefilter("error")
        EncoderConfig(name).check_graph(graph(weights, features), "it")
    if said is None:
        assert not caplog.messages
    else:
        (message,) = caplog.messages
        assert re.search(said, message)


def test_missing_features_of_edges_raise(graph):
    with pytest.raises(ValueError, match="which it does not have.*architecture=gine"):
        EncoderConfig("gine").check_graph(graph(), "it")


def test_models_have_the_sizes_of_their_graphs(graph, small_graphs):
    encoder = EncoderConfig("transformer", 8, num_heads=2, feature_normalization="row")
    graph = graph(features=True)
    nodes = make_node_classifier(graph, 3, encoder)
    assert nodes.encoder.output_units == 3
    links = make_link_predictor(graph, encoder, LinkConfig("bilinear", 6))
    assert (links.decoder, links.encoder.output_units) == ("bilinear", 6)
    for model in (nodes, links):
        assert (model.node_feature_size, model.edge_feature_size) == (12, 3)
        assert model.feature_normalization == "row"

    graphs, labels = small_graphs(context_size=2), np.array([1, 2, 3, 4, 5, 9.0])
    readout = ReadoutConfig("mean", "mlp", 0.1)
    values = make_graph_predictor(graphs, labels, readout=readout)
    assert (values.pooling, values.readout, values.dropout) == ("mean", "mlp", 0.1)
    assert values.regression and values.output_units == 1
    assert float(values.target_mean) == pytest.approx(4)
    context = np.stack([graph.context_features for graph in graphs])
    np.testing.assert_allclose(values.context_mean, context.mean(axis=0), rtol=1e-5)
    classes = make_graph_predictor(graphs, labels, num_classes=4)
    assert not classes.regression and classes.output_units == 4


def test_training(graph):
    model = make_node_classifier(graph(), 3)
    training = TrainingConfig(0.8, 10, weight_decay=0.1, hidden_weight_decay=0.2)
    compile_model(model, cross_entropy, training)
    assert (model.input_weight_decay, model.hidden_weight_decay) == (0.1, 0.2)
    assert len(model.optimizer.variables) > 2 * len(model.trainable_variables)
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, 9, 10, 25)]
    assert rates == pytest.approx([0.8, 0.8, 0.4, 0.2])
    assert isinstance(TrainingConfig(0.5).optimizer(), keras.optimizers.Adam)


def test_doors_import_nothing_heavy_and_say_what_is_missing():
    program = """
import sys
import kerazoo.models.gnn.config, kerazoo.tasks.gnn
print({"tensorflow", "keras", "numpy"} & set(sys.modules))
del sys.modules["kerazoo.models.gnn"]
sys.modules["tensorflow_gnn"] = None
try:
    import kerazoo.models.gnn
except ModuleNotFoundError as error:
    print(error.name, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    first, second = done.stdout.decode().splitlines()
    assert first == "set()"
    assert second.startswith("tensorflow_gnn ")
    assert "pip install 'kerazoo[gnn]'" in second
