import kerazoo.models.gnn  # noqa: F401

# isort: split
import math
import types

import matplotlib
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.gnn import losses
from kerazoo.models.gnn import metrics
from kerazoo.models.gnn import pictures
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError


def test_classification_of_three_classes():
    labels = np.array([0, 0, 1, 1, 2])
    predicted = np.array([0, 1, 1, 1, 0])
    found = metrics.classification_metrics(labels, 2 * np.eye(3)[predicted])
    # F1 of each class: 2 TP / (2 TP + FP + FN).
    macro_f1 = (2 / 4 + 4 / 5 + 0) / 3
    right, wrong = math.log(1 + 2 * math.exp(-2)), math.log(2 + math.exp(2))
    assert found == {
        "accuracy": pytest.approx(0.6),
        "macro_f1": pytest.approx(macro_f1),
        "loss": pytest.approx((3 * right + 2 * wrong) / 5),
    }


def test_classification_of_two_classes_has_an_area_under_the_curve():
    labels = np.array([0, 1, 0, 1])
    logits = np.array([[3.0, 0.0], [1.0, 2.0], [0.0, 2.0], [5.0, 6.5]])
    found = metrics.classification_metrics(labels, logits)
    # Differences of 1 and 1.5 against -3 and 2: two of four pairs in the right order.
    assert found["roc_auc"] == pytest.approx(2 / 4)
    assert found["accuracy"] == pytest.approx(3 / 4)
    of_one_class = metrics.classification_metrics(labels[1::2], logits[1::2])
    assert "roc_auc" not in of_one_class
    assert of_one_class["accuracy"] == 1


def test_large_logits_have_a_finite_loss():
    found = metrics.classification_metrics(np.array([1]), np.array([[1e4, 0.0]]))
    assert found["loss"] == pytest.approx(1e4)


def test_regression():
    targets, predictions = np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 4.0])
    assert metrics.regression_metrics(targets, predictions) == {
        "rmse": pytest.approx(math.sqrt(5 / 3)),
        "mae": pytest.approx(1.0),
        "r2": pytest.approx(1 - 5 / 14),
    }


def test_links():
    found = metrics.link_metrics(np.array([3.0, 1.0]), np.array([2.0, 0.0, -1.0]))
    # In order: link, pair, link, pair, pair.
    assert found == {
        "auc": pytest.approx(5 / 6),
        "ap": pytest.approx((1 / 1 + 2 / 3) / 2),
    }


def test_losses_are_one_value_per_example():
    logits = np.array([[0.0, math.log(3)], [math.log(4), 0.0]], "float32")
    np.testing.assert_allclose(
        losses.cross_entropy(np.array([1, 1]), logits),
        [math.log(4 / 3), math.log(5)],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        losses.binary_cross_entropy(
            np.array([1.0, 0.0], "float32"), np.array([math.log(3), 0.0], "float32")
        ),
        [math.log(4 / 3), math.log(2)],
        rtol=1e-6,
    )


def test_squared_error_in_units_of_a_scale():
    loss = ScaledSquaredError(2.0, name="loss")
    values = loss(np.array([1.0, 3.0], "float32"), np.array([5.0, 3.0], "float32"))
    np.testing.assert_array_equal(values, [4, 0])
    assert ScaledSquaredError.from_config(loss.get_config()).scale == 2


def ring(num_nodes):
    nodes = np.arange(num_nodes)
    return types.SimpleNamespace(
        source=nodes, target=np.roll(nodes, 1), num_nodes=num_nodes
    )


def pixels(png):
    """The picture in colours, which is neither small nor all of one colour."""
    image = tf.io.decode_png(png, channels=3).numpy()
    assert min(image.shape[:2]) >= 400
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 20
    return image


def has(image, color):
    return (np.abs(image - np.array(color)).max(axis=-1) < 3).any()


BLUE, ORANGE, GREEN = (31, 119, 180), (255, 127, 14), (44, 160, 44)


@pytest.mark.parametrize("num_nodes", [5, 150])
def test_graph_has_the_colours_of_the_classes(num_nodes):
    graph = ring(num_nodes)
    classes = np.arange(num_nodes) % 2
    image = pixels(pictures.graph_picture(graph, classes, ["a", "b"]))
    assert has(image, BLUE) and has(image, ORANGE) and not has(image, GREEN)


def test_marked_nodes_and_names_change_the_picture():
    graph, classes = ring(5), np.zeros(5, int)
    plain = pixels(pictures.graph_picture(graph, classes, ["a"]))
    marked = pixels(pictures.graph_picture(graph, classes, ["a"], marked=[0, 3]))
    named = pixels(
        pictures.graph_picture(graph, classes, ["a"], node_names=list("vwxyz"))
    )
    assert (plain != marked).any() and (plain != named).any()
    again = pixels(pictures.graph_picture(graph, classes, ["a"]))
    np.testing.assert_array_equal(plain, again)


def test_graph_too_large_to_draw():
    assert pictures.graph_picture(ring(501), np.zeros(501, int), ["a"]) is None


@pytest.mark.parametrize("count", [4, 12])
def test_embedding(count):
    embeddings = np.random.default_rng(0).normal(size=(count, 5))
    classes = np.arange(count) % 3
    png = pictures.embedding_picture(embeddings, classes, ["a", "b", "c"])
    image = pixels(png)
    assert has(image, BLUE) and has(image, ORANGE) and has(image, GREEN)


def test_classes_without_names_have_no_legend():
    graph, classes = ring(5), np.array([0, 1, 0, 1, 0])
    plain = pixels(pictures.graph_picture(graph, classes, None))
    named = pixels(pictures.graph_picture(graph, classes, ["a", "b"]))
    assert has(plain, BLUE) and has(plain, ORANGE) and (plain != named).any()
    assert pictures.embedding_picture(np.eye(5), classes, None)


def test_twenty_classes_have_twenty_colours():
    def colors(count):
        image = pixels(pictures.graph_picture(ring(20), np.arange(20) % count, None))
        return {tuple(color) for color in image.reshape(-1, 3)}

    solid = [
        {tuple(int(255 * part + 0.5) for part in color) for color in palette}
        for palette in (
            matplotlib.colormaps[name].colors for name in ("tab10", "tab20")
        )
    ]
    assert solid[0] < colors(10)
    assert solid[1] < colors(20)


def test_embedding_of_too_few_points():
    assert pictures.embedding_picture(np.ones((3, 2)), np.zeros(3, int), ["a"]) is None


def test_regression_picture():
    random = np.random.default_rng(0)
    targets = random.normal(size=30)
    image = pixels(pictures.regression_picture(targets, targets + 0.1, "solubility"))
    assert has(image, BLUE)
