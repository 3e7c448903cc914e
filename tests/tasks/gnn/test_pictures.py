import types

import matplotlib
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.tasks.gnn import pictures


def ring(num_nodes):
    nodes = np.arange(num_nodes)
    return types.SimpleNamespace(
        source=nodes, target=np.roll(nodes, 1), num_nodes=num_nodes
    )


def codes(image):
    """One number for the colour of each pixel: they are counted faster than rows."""
    return image.astype(int) @ (256**2, 256, 1)


def pixels(png):
    """The picture in colours, which is neither small nor all of one colour."""
    image = tf.io.decode_png(png, channels=3).numpy()
    assert min(image.shape[:2]) >= 400
    assert len(np.unique(codes(image))) > 20
    return image


def has(image, color):
    return (np.abs(image - np.array(color)).max(axis=-1) < 3).any()


BLUE, ORANGE, GREEN = (31, 119, 180), (255, 127, 14), (44, 160, 44)


@pytest.mark.parametrize("num_nodes", [pytest.param(5, marks=pytest.mark.slow), 150])
def test_graph_has_the_colours_of_the_classes(num_nodes):
    graph = ring(num_nodes)
    classes = np.arange(num_nodes) % 2
    image = pixels(pictures.graph_picture(graph, classes, ["a", "b"]))
    assert has(image, BLUE) and has(image, ORANGE) and not has(image, GREEN)


def test_marked_nodes_and_names_change_the_picture():
    graph, classes = ring(5), np.zeros(5, int)
    plain = pictures.graph_picture(graph, classes, ["a"])
    marked = pictures.graph_picture(graph, classes, ["a"], marked=[0, 3])
    named = pictures.graph_picture(graph, classes, ["a"], node_names=list("vwxyz"))
    assert len({plain, marked, named}) == 3
    assert pictures.graph_picture(graph, classes, ["a"]) == plain


def test_graph_too_large_to_draw():
    assert pictures.graph_picture(ring(501), np.zeros(501, int), ["a"]) is None


@pytest.mark.parametrize("count", [4, pytest.param(12, marks=pytest.mark.slow)])
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
        return set(np.unique(codes(image)).tolist())

    solid = [
        set(codes(np.floor(255 * np.array(palette) + 0.5)).tolist())
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


def test_regression_picture_of_energies_below_zero_has_no_empty_space(monkeypatch):
    drawn = []
    monkeypatch.setattr(pictures, "_png", lambda figure: drawn.append(figure) or b"")
    targets = np.array([-500.0, -499.0])
    pictures.regression_picture(targets, targets + 0.5, "energy")
    (axes,) = drawn[0].axes
    assert axes.get_xlim()[1] < -498 and axes.get_ylim()[1] < -498


@pytest.mark.parametrize("names", [["a", "b"], ["a class of a long name"] * 12])
def test_legend_lies_beside_the_nodes(monkeypatch, names):
    drawn = []
    monkeypatch.setattr(pictures, "_png", lambda figure: drawn.append(figure) or b"")
    pictures.graph_picture(ring(9), np.arange(9) % 2, names)
    pictures.embedding_picture(np.eye(9), np.arange(9) % 2, names)
    for figure in drawn:
        figure.draw_without_rendering()
        (axes,) = figure.axes
        legend, nodes = axes.get_legend().get_window_extent(), axes.get_window_extent()
        assert nodes.x1 <= legend.x0 and legend.x1 <= figure.bbox.x1
        assert nodes.width > 300
