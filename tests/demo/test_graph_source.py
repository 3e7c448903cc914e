import numpy as np
import pytest

from kerazoo.data.graphs.graph import Graph
from kerazoo.demo.graph_source import NamedGraph
from kerazoo.demo.graph_source import find_graph
from kerazoo.demo.graph_source import read_uploaded
from tests.demo.exports import CLUB

INPUTS = {"directed": False, "edge_weights": True, "node_names": None}
INPUTS |= {
    "node_columns": [{"name": "age", "kind": "number"}],
    "edge_columns": [],
}


def path_of(directed, **more):
    """A path of three nodes, there and back where it is not directed."""
    source, target = [0, 1], [1, 2]
    if not directed:
        source, target = source + target, target + source
    ends = np.array(source, np.int32), np.array(target, np.int32)
    return NamedGraph(Graph(np.eye(3), *ends, **more), ["a", "b", "c"], directed)


def edges(named):
    return sorted(zip(named.graph.source.tolist(), named.graph.target.tolist()))


def test_edges_have_both_directions():
    graph = path_of(directed=False)
    assert graph.has_edge(1, 0) and not graph.has_edge(0, 2)
    more = graph.with_edge_changed(2, 0)
    assert edges(more) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert edges(more.with_edge_changed(0, 2)) == edges(graph)
    assert edges(graph.with_edge_changed(1, 0)) == [(1, 2), (2, 1)]
    assert len(edges(graph)) == 4  # It is left as it was.


def test_directed_edges_have_one():
    graph = path_of(directed=True)
    assert graph.has_edge(0, 1) and not graph.has_edge(1, 0)
    assert edges(graph.with_edge_changed(1, 0)) == [(0, 1), (1, 0), (1, 2)]
    assert edges(graph.with_edge_changed(0, 1)) == [(1, 2)]


def test_weights_and_features_go_with_their_edges():
    graph = path_of(
        directed=True,
        edge_weights=np.array([2.0, 3.0], "float32"),
        edge_features=np.array([[4.0], [5.0]], "float32"),
    )
    less = graph.with_edge_changed(0, 1).graph
    assert less.edge_weights.tolist() == [3] and less.edge_features.tolist() == [[5]]
    with pytest.raises(ValueError, match="features"):
        graph.with_edge_changed(0, 2)
    weighted = path_of(directed=True, edge_weights=np.array([2.0, 3.0], "float32"))
    more = weighted.with_edge_changed(0, 2).graph
    assert more.edge_weights.tolist() == [2, 3, 1]
    assert more.edge_weights.dtype == np.float32 and more.source.dtype == np.int32


def test_node_has_no_edge_with_itself():
    with pytest.raises(ValueError, match="two nodes"):
        path_of(directed=False).with_edge_changed(1, 1)


def test_built_in_graph_is_found():
    graph = find_graph({"dataset": "karate_club", "inputs": CLUB})
    assert graph.names[33] == "member 33"
    assert graph.has_edge(0, 1) and graph.graph.num_edges == 2 * 78


def test_other_graphs_are_in_files(tmp_path):
    metadata = {"dataset": "cora", "inputs": INPUTS}
    assert find_graph(metadata) is None
    assert find_graph(metadata, tmp_path) is None
    assert find_graph({"dataset": "tables", "inputs": INPUTS}, tmp_path) is None


@pytest.fixture
def tables(tmp_path):
    """A folder of tables and the metadata of a model of them."""
    from kerazoo.data.graphs.loading import load_node_dataset

    rows = [f"n{i},{i / 4},{'ab'[i % 2]}" for i in range(12)]
    (tmp_path / "nodes.csv").write_text("\n".join(["id,age,label", *rows, ""]))
    rows = [f"n{i},n{(i + 1) % 12},{i + 1}" for i in range(12)]
    (tmp_path / "edges.csv").write_text("\n".join(["source,target,weight", *rows, ""]))
    nodes = load_node_dataset("tables", tmp_path)
    inputs = {**INPUTS, "node_columns": nodes.node_features.to_json()}
    return tmp_path, {"dataset": "tables", "inputs": inputs}


def test_tables_are_read_as_in_training(tables):
    folder, metadata = tables
    for graph in (
        find_graph(metadata, folder),
        read_uploaded([folder / "edges.csv", folder / "nodes.csv"], metadata),
    ):
        assert graph.names == [f"n{i}" for i in range(12)]
        assert graph.has_edge(0, 11) and not graph.has_edge(0, 6)
        ages = np.arange(12)[:, None] / 4
        np.testing.assert_allclose(graph.graph.node_features, ages)


def test_wrong_uploads_are_errors(tables):
    folder, metadata = tables
    with pytest.raises(ValueError, match="Missing: nodes.csv$"):
        read_uploaded([folder / "edges.csv"], metadata)
    with pytest.raises(ValueError, match=r"Missing: nodes.csv, edges.csv$"):
        read_uploaded(None, metadata)
    (folder / "edges.csv").write_text("source,target,weight\nn0,nobody,1\n")
    with pytest.raises(ValueError, match="^edges.csv, row 2: .*nobody"):
        read_uploaded([folder / "edges.csv", folder / "nodes.csv"], metadata)
