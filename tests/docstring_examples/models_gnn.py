"""The graph of the karate club, and an untrained classifier of its nodes."""

import functools

from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.models.gnn import make_node_classifier


def names():
    return {"graph": karate_club().graph, "model": model()}


@functools.cache
def model():
    return make_node_classifier(karate_club().graph, num_classes=2)
