import numpy as np
import pytest

from kerazoo.data.graphs import graph_tables
from kerazoo.data.graphs.tables import node_table

NODES = """id,age,label,height,split
ann,30,red,1.5,train
bob,40,blue,1.75,validation
cy,50,,2,
dee,60,red,1.25,test
"""
EDGES = """source,weight,target,since
ann,0.5,bob,2001
cy,2,bob,2002
bob,1,ann,2003
"""


def write(folder, nodes=NODES, edges=EDGES):
    (folder / "nodes.csv").write_text(nodes)
    (folder / "edges.csv").write_text(edges)
    return folder


def edges_of(graph):
    ends = zip(graph.source.tolist(), graph.target.tolist())
    return dict(zip(ends, zip(graph.edge_weights, graph.edge_features[:, 0])))


def test_nodes(tmp_path):
    dataset = node_table(write(tmp_path))
    np.testing.assert_array_equal(
        dataset.graph.node_features, [[30, 1.5], [40, 1.75], [50, 2], [60, 1.25]]
    )
    assert dataset.node_names == ["ann", "bob", "cy", "dee"]
    assert dataset.class_names == ["blue", "red"]
    assert dataset.labels.tolist() == [1, 0, -1, 1]
    assert dataset.num_classes == 2
    assert [dataset.train.tolist(), dataset.validation.tolist()] == [[0], [1]]
    assert dataset.test.tolist() == [3]
    assert dataset.name == tmp_path.name


def test_undirected_edges_get_their_reverse_unless_it_is_given(tmp_path):
    assert edges_of(node_table(write(tmp_path)).graph) == {
        (0, 1): (0.5, 2001),
        (1, 0): (1, 2003),
        (1, 2): (2, 2002),
        (2, 1): (2, 2002),
    }


def test_directed_edges_stay_as_given(tmp_path):
    graph = node_table(write(tmp_path), directed=True).graph
    assert list(edges_of(graph).items()) == [
        ((0, 1), (0.5, 2001)),
        ((2, 1), (2, 2002)),
        ((1, 0), (1, 2003)),
    ]


def test_without_features_nodes_are_one_hot(tmp_path):
    folder = write(tmp_path, "id\na\nb\nc\n", "source,target\na,b\n")
    dataset = node_table(folder)
    np.testing.assert_array_equal(dataset.graph.node_features.toarray(), np.eye(3))
    assert dataset.graph.edge_weights is None
    assert dataset.graph.edge_features is None
    assert dataset.num_classes == 0
    assert dataset.labels.tolist() == [-1, -1, -1]
    assert dataset.train.size == dataset.test.size == 0


def test_many_nodes_without_features_raise(tmp_path, monkeypatch):
    monkeypatch.setattr(graph_tables, "MAX_ONE_HOT_NODES", 2)
    folder = write(tmp_path, "id\na\nb\nc\n", "source,target\na,b\n")
    with pytest.raises(ValueError, match=r"nodes.csv: more than 2 nodes .*: 3 nodes"):
        node_table(folder)


def test_without_split_labelled_nodes_are_split_at_random(tmp_path):
    rows = [f"n{i},{'ab'[i % 2] if i < 50 else ''}" for i in range(60)]
    nodes = "\n".join(["id,label", *rows])
    folder = write(tmp_path, nodes, "source,target\nn0,n59\n")
    first, again, other = (node_table(folder, seed=seed) for seed in (0, 0, 1))
    parts = [first.train, first.validation, first.test]
    assert [len(part) for part in parts] == [30, 10, 10]
    assert sorted(np.concatenate(parts)) == list(range(50))
    np.testing.assert_array_equal(first.train, again.train)
    assert not np.array_equal(first.train, other.train)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id,age", "who,age", r"nodes.csv: expected a column id, .*row=.'who', 'age'"),
        ("cy,50", "ann,50", r"nodes.csv, row 4: .* Received: id='ann'"),
        ("bob,40", "bob,forty", r"nodes.csv, row 3: column 'age' .* age='forty'"),
        ("bob,40", "bob,nan", r"nodes.csv, row 3: column 'age' .* age='nan'"),
        ("1.25,test", "1.25,tset", r"row 5: expected train, .* split='tset'"),
        ("2,\n", "2,test\n", r"nodes.csv, row 4: .* must have a label"),
        ("1.5,train", "1.5,", r"`train` must have at least one node"),
        ("1.25,test", "1.25,", r"`test` must have at least one node"),
        (NODES, "", r"nodes.csv: expected a header and at least one row"),
        ("target", "end", r"edges.csv: expected a column source and target.*'end'"),
        (
            "cy,2,bob",
            "cy,2,rob",
            r"edges.csv, row 3: .*'rob' in column target",
        ),
        (
            "cy,2,bob",
            "sy,2,bob",
            r"edges.csv, row 3: .*'sy' in column source",
        ),
        ("ann,0.5", "ann,", r"edges.csv, row 2: column 'weight' .* weight=''"),
        ("2003", "x", r"edges.csv, row 4: column 'since' .* since='x'"),
        (EDGES, "", r"edges.csv: expected a header and at least one row"),
    ],
)
def test_faults_name_file_and_row_in_one_line(tmp_path, old, new, message):
    assert old in NODES + EDGES
    folder = write(tmp_path, NODES.replace(old, new), EDGES.replace(old, new))
    with pytest.raises(ValueError, match=message) as raised:
        node_table(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nodes.csv", "edges.csv"])
def test_missing_file_raises(tmp_path, name):
    (write(tmp_path) / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        node_table(tmp_path)
