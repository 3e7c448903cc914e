"""A small graph with everything that goes wrong, and small graphs to batch."""

import kerazoo.models.gnn  # noqa: F401

# isort: split
import dataclasses

import numpy as np
import pytest
from scipy import sparse

from kerazoo.data.graphs.graph import Graph


@pytest.fixture
def graph():
    """Function that makes a directed graph of 9 nodes and 14 edges.

    Node 8 is isolated and without features, 2 has a self-loop, 0 -> 1 is there twice.

    Args:
        weights: bool. Whether the edges have weights.
        features: bool. Whether the edges have features, of width 3.
        is_sparse: bool. Whether the node features, of width 12, are sparse.
    """

    def function(weights=False, features=False, is_sparse=False):
        random = np.random.default_rng(0)
        source = [0, 0, 1, 2, 3, 4, 5, 2, 5, 3, 6, 7, 1, 7]
        target = [1, 1, 2, 2, 0, 3, 4, 5, 1, 5, 7, 6, 7, 0]
        nodes = random.uniform(0.2, 2, (9, 12)) * (random.random((9, 12)) < 0.4)
        nodes[8] = 0
        result = Graph(
            nodes.astype("float32"),
            np.array(source, "int32"),
            np.array(target, "int32"),
            random.normal(size=(14, 3)).astype("float32") if features else None,
            random.uniform(0.5, 2, 14).astype("float32") if weights else None,
        )
        if is_sparse:
            features = sparse.csr_array(result.node_features)
            result = dataclasses.replace(result, node_features=features)
        return result

    return function


@pytest.fixture
def small_graphs():
    """Function that makes graphs of 1 to 6 nodes, one without edges among them.

    Args:
        count: int. Number of graphs.
        edge_size, context_size: int. Width of their features, 0 for none.
    """

    def function(count=6, edge_size=0, context_size=0):
        random = np.random.default_rng(1)

        def one(number):
            num_nodes = 1 + number % 6
            num_edges = 0 if number % 6 == 0 else 2 * num_nodes

            def features(*shape):
                return (
                    random.normal(size=shape).astype("float32") if shape[-1] else None
                )

            return Graph(
                features(num_nodes, 4),
                random.integers(0, num_nodes, num_edges).astype("int32"),
                random.integers(0, num_nodes, num_edges).astype("int32"),
                edge_features=features(num_edges, edge_size),
                context_features=features(context_size),
            )

        return [one(number) for number in range(count)]

    return function


@pytest.fixture
def randomise():
    """Function that gives every weight of a model, biases too, a random value."""

    def function(model, seed=0):
        random = np.random.default_rng(seed)
        model.set_weights(
            [
                # Some are variances, or numbers of examples.
                random.uniform(0.3, 0.9, w.shape)
                * (1 if "variance" in v.path else random.choice([-1, 1], w.shape))
                for v, w in zip(model.weights, model.get_weights())
            ]
        )
        return model

    return function
