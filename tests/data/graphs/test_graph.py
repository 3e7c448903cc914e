import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse

from kerazoo.data.graphs.graph import Graph


def triangle(**changes):
    graph = Graph(
        node_features=np.ones((3, 2), np.float32),
        source=np.array([0, 1, 2, 2], np.int32),
        target=np.array([1, 2, 0, 0], np.int32),
        edge_features=np.ones((4, 1), np.float32),
        edge_weights=np.ones(4, np.float32),
        context_features=np.ones(2, np.float32),
    )
    return dataclasses.replace(graph, **changes)


def changed(values, index, value):
    values = np.array(values, np.float32)
    values[index] = value
    return values


def test_sizes():
    graph = triangle()
    assert (graph.num_nodes, graph.num_edges) == (3, 4)


@pytest.mark.parametrize(
    "changes",
    [
        {},  # With an edge that is there twice.
        {"node_features": sparse.eye_array(3, format="csr")},
        {"edge_features": None, "edge_weights": None, "context_features": None},
        {
            "source": np.array([], np.int32),
            "target": np.array([], np.int32),
            "edge_features": np.zeros((0, 1)),
            "edge_weights": np.zeros(0),
        },
    ],
)
def test_valid_graphs_pass(changes):
    triangle(**changes).validate("g")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"node_features": np.zeros((0, 2))},
            "at least one node. Received: num_nodes=0",
        ),
        ({"node_features": np.zeros(3)}, r"rank 2. Received: shape=\(3,\)"),
        (
            {"node_features": changed(np.ones((3, 2)), (2, 1), np.nan)},
            r"Received: node_features\[node 2, column 1\]=nan",
        ),
        (
            {"node_features": sparse.csr_array([[0, 0], [0, np.inf], [1, 0]])},
            r"Received: node_features\[node 1, column 1\]=inf",
        ),
        ({"source": np.array([0, 1, 3, 2])}, r"0 to 2. Received: source\[edge 2\]=3"),
        ({"target": np.array([0, -1, 2, 2])}, r"0 to 2. Received: target\[edge 1\]=-1"),
        ({"target": np.array([1])}, "`target` must have one row .* 4 edges.*: 1 rows"),
        ({"edge_weights": np.ones(3)}, "`edge_weights` must have .* Received: 3 rows"),
        (
            {"edge_features": np.ones((5, 1))},
            "`edge_features` must .* Received: 5 rows",
        ),
        (
            {"edge_features": changed(np.ones((4, 1)), (3, 0), -np.inf)},
            r"edge_features\[edge 3, column 0\]=-inf",
        ),
        (
            {"edge_weights": changed(np.ones(4), 1, np.nan)},
            r"edge_weights\[edge 1\]=nan",
        ),
        (
            {"context_features": changed(np.ones(2), 0, np.nan)},
            r"context_features\[column 0\]=nan",
        ),
    ],
)
def test_faults_raise_in_one_line(changes, message):
    with pytest.raises(ValueError, match=f"^g: .*{message}$"):
        triangle(**changes).validate("g")


def test_importing_the_readers_imports_nothing_heavy():
    program = """
import importlib, pkgutil, sys
import kerazoo.data.graphs as graphs
for module in pkgutil.iter_modules(graphs.__path__, "kerazoo.data.graphs."):
    importlib.import_module(module.name)
heavy = {"keras", "networkx", "rdkit", "sklearn", "tensorflow"}
print(len(sys.modules) > 50, sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.stdout.strip() == "True []", done.stderr
