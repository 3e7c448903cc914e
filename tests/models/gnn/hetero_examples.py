"""A small graph of authors, papers and venues."""

import numpy as np
from scipy import sparse

from kerazoo.data.graphs.hetero_graph import EdgeSet
from kerazoo.data.graphs.hetero_graph import HeteroGraph


def library(papers=6, seed=0, is_sparse=False):
    """Authors have no features, citations have weights, and places have features."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(papers, 4)).astype("float32")

    def ends(count, *sizes):
        return [random.integers(0, size, count).astype("int32") for size in sizes]

    return HeteroGraph(
        {
            "author": np.zeros((3, 0), "float32"),
            "paper": sparse.csr_array(features) if is_sparse else features,
            "venue": random.normal(size=(2, 2)).astype("float32"),
        },
        {
            "author_writes_paper": EdgeSet("author", "paper", *ends(9, 3, papers)),
            "paper_cites_paper": EdgeSet(
                "paper",
                "paper",
                *ends(7, papers, papers),
                weights=random.uniform(0.5, 2, 7).astype("float32"),
            ),
            "paper_in_venue": EdgeSet(
                "paper",
                "venue",
                *ends(papers, papers, 2),
                features=random.normal(size=(papers, 3)).astype("float32"),
            ),
        },
    )


def inputs_of(graph):
    """Returns what a model takes, as arrays."""
    edges = {}
    for name, piece in graph.edge_sets.items():
        edges[name] = {"source": piece.source, "target": piece.target}
        if piece.weights is not None:
            edges[name]["edge_weights"] = piece.weights
        if piece.features is not None:
            edges[name]["edge_features"] = piece.features
    nodes = {
        name: getattr(features, "toarray", lambda features=features: features)()
        for name, features in graph.node_sets.items()
    }
    return {"node_features": nodes, "edges": edges}
