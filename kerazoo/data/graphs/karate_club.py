"""Zachary's karate club, a graph that needs no download."""

import numpy as np

from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset


def karate_club() -> NodeDataset:
    """Returns the karate club before it split, its members' sides as labels.

    34 members with one-hot features and 78 ties
    ([Zachary, 1977](https://www.jstor.org/stable/3629752)). Training knows the sides
    of the instructor, Mr. Hi (member 0), and of the officer (33) only; the other 32
    are the test.

    Returns:
        `NodeDataset` of two classes.
    """
    import networkx

    club = networkx.karate_club_graph()
    class_names = ["Mr. Hi", "Officer"]
    source, target, _ = both_directions(*zip(*club.edges))
    return NodeDataset(
        name="karate_club",
        graph=Graph(np.eye(len(club), dtype=np.float32), source, target),
        labels=np.array(
            [class_names.index(side) for _, side in club.nodes(data="club")], np.int32
        ),
        num_classes=2,
        train=np.array([0, 33]),
        validation=np.array([], int),
        test=np.arange(1, 33),
        class_names=class_names,
        node_names=[f"member {i}" for i in club],
    )
