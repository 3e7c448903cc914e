import re

import numpy as np
import pytest

from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.demo.graph_drawing import COLORS
from kerazoo.demo.graph_drawing import draw_graph
from kerazoo.demo.graph_drawing import nodes_around
from kerazoo.demo.graph_drawing import place_nodes


def ring(size):
    nodes = np.arange(size)
    source, target, _ = both_directions(nodes, (nodes + 1) % size)
    return Graph(np.zeros((size, 1), "float32"), source, target)


def test_small_graph_is_drawn_whole():
    assert nodes_around(ring(120), 5).tolist() == list(range(120))


def test_of_a_large_graph_the_nearest_nodes_are_drawn():
    found = nodes_around(ring(1000), 500).tolist()
    assert len(found) == 60 and 500 in found
    assert found == list(range(found[0], found[0] + 60))
    assert abs(found[0] - 470) <= 1
    alone = Graph(np.zeros((200, 1)), np.array([1]), np.array([2]))
    assert nodes_around(alone, 0).tolist() == [0]
    assert nodes_around(alone, 1).tolist() == [1, 2]


def test_places_are_within_the_picture_and_stay():
    places = place_nodes(ring(9), np.arange(9))
    assert places == place_nodes(ring(9), np.arange(9))
    x, y = np.array(list(places.values())).T
    assert x.min() == pytest.approx(24) and x.max() == pytest.approx(640 - 24)
    assert y.min() == pytest.approx(24) and y.max() == pytest.approx(460 - 24)
    assert place_nodes(ring(9), np.array([4])) == {4: (24.0, 24.0)}


def test_nodes_can_be_clicked_and_have_their_colours():
    places = {0: (10.0, 20.0), 1: (30.0, 40.0), 2: (50.0, 60.0)}
    text = draw_graph(
        ring(4),
        places,
        ["ann", "<bob>", "cy", "dan"],
        np.array([0, 1, 0, 1]),
        ["red", "blue"],
        selected=[1],
        dashed=[(0, 2), (0, 3)],
    )
    nodes = re.findall(r'<circle class="(.*?)" data-node="(\d)" .*? fill="(.*?)"', text)
    assert nodes == [
        ("node", "0", COLORS[0]),
        ("node chosen", "1", COLORS[1]),
        ("node", "2", COLORS[0]),
    ]
    assert "<title>&lt;bob&gt;: blue</title>" in text
    # Of the four edges of the ring two are between nodes with places.
    assert text.count('class="edge"') == 2
    assert text.count('class="new edge"') == 1
