"""`exports`, one for each part of the page, and `saved_models`, their folder."""

import gymnasium
from PIL import Image

from kerazoo.data.graphs.graph import Graph
from kerazoo.demo.graph_source import find_graph
from tests.demo.exports import exports
from tests.demo.exports import saved_models


def names():
    return {
        "Graph": Graph,
        "Image": Image,
        "exports": exports(),
        "find_graph": find_graph,
        "gymnasium": gymnasium,
        "saved_models": saved_models(),
    }
