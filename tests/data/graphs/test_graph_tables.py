import logging

import numpy as np
import pytest

from kerazoo.data.graphs.graph_tables import check_graph_tables
from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.graphs.table_columns import find_edge_columns
from kerazoo.data.graphs.table_columns import find_node_columns
from kerazoo.data.graphs.table_features import TableFeatures
from kerazoo.data.graphs.tables import node_table

NODES = "name,team,age\nann,red,30\nbob,red,40\ncy,blue,50\ndee,blue,60\n"
EDGES = "from,to,kind\nann,bob,friend\nbob,cy,friend\ncy,dee,kin\ndee,ann,kin\n"


def write(folder, nodes=NODES, edges=EDGES):
    (folder / "nodes.csv").write_text(nodes)
    (folder / "edges.csv").write_text(edges)
    return folder


def columns_of(header, *rows):
    return dict(zip(header.split(), zip(*(row.split() for row in rows))))


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (columns_of("id x", "a 1", "b 2"), {"id": "id"}),
        (columns_of("name node_id", "a 1", "b 2"), {"id": "node_id"}),
        (columns_of("Node label", "a 1", "b 2"), {"id": "Node", "label": "label"}),
        (columns_of("id y", *(f"{i} {i % 2}" for i in range(4))), {"label": "y"}),
        (columns_of("id y", *(f"{i} 0.{i % 2}" for i in range(4))), {}),
        (columns_of("id y", "a 1", "b 2", "c 3"), {}),
        (columns_of("id Class", "a u", "b u", "c v", "d v"), {"label": "Class"}),
        (columns_of("id class label", "a u p", "b u q"), {"label": "label"}),
        (columns_of("id Split", "a train"), {"split": "Split"}),
        ({"": ["0", "1"], "x": ["3", "4"]}, {"id": ""}),
    ],
)
def test_columns_of_nodes(columns, found):
    assert find_node_columns("n.csv", columns) == {"id": "id", **found}


def test_labels_by_name_and_number():
    columns = columns_of("id a b", "n 1 u", "m 2 v")
    for name in ("b", "B", "3"):
        assert find_node_columns("n.csv", columns, name)["label"] == "b"
    with pytest.raises(ValueError, match="n.csv: expected a column 'c'.*target_column"):
        find_node_columns("n.csv", columns, "c")
    with pytest.raises(ValueError, match="ids of the nodes are no classes"):
        find_node_columns("n.csv", columns, "id")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("source target", ("source", "target")),
        ("src dst", ("src", "dst")),
        ("From To", ("From", "To")),
        ("v u", ("u", "v")),
        ("from source to target", ("source", "target")),
        ("dst source", ("source", "dst")),
    ],
)
def test_columns_of_edges(header, found):
    columns = find_edge_columns("e.csv", {c: ["a"] for c in header.split()})
    assert (columns["source"], columns["target"]) == found


@pytest.mark.parametrize(
    ("find", "columns"),
    [
        (find_node_columns, {"ann": ["bob"], "30": ["40"]}),
        (find_edge_columns, {"ann": ["bob"], "30": ["40"]}),
    ],
)
def test_missing_header_is_told_with_the_first_row(find, columns):
    said = r"t.csv: expected a column .*first row=\['ann', '30'\], .*\['bob', '40'\]"
    with pytest.raises(ValueError, match=said):
        find("t.csv", columns)


def test_words_and_names_of_others_are_taken_and_told(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "kerazoo"):
        dataset = node_table(write(tmp_path))
    assert dataset.node_names == ["ann", "bob", "cy", "dee"]
    np.testing.assert_array_equal(
        dataset.graph.node_features,
        [[0, 1, 30], [0, 1, 40], [1, 0, 50], [1, 0, 60]],
    )
    np.testing.assert_array_equal(
        sorted(dataset.graph.edge_features.tolist()), [[0, 1]] * 4 + [[1, 0]] * 4
    )
    assert caplog.messages == [
        "nodes.csv: name is the id; features are age (numbers), team (2 values, a "
        "feature each).",
        "edges.csv: from is the source, to is the target; features are kind (2 values, "
        "a feature each).",
    ]


def test_large_numbers_are_pointed_out_in_training_alone(tmp_path):
    nodes = "id,x,income,team\na,1,-93000,u\nb,2,10,u\n"
    first = read_graph_tables(write(tmp_path, nodes, "source,target\na,b\n"))
    assert "nodes.csv: numbers of income are large" in first.notices[-1]
    again = read_graph_tables(tmp_path, False, None, first.node_features)
    assert not any("large" in notice for notice in again.notices)


def test_plain_tables_are_not_talked_about(tmp_path, caplog):
    write(tmp_path, "id,x\na,1\nb,2\n", "source,target\na,b\n")
    with caplog.at_level(logging.INFO, "kerazoo"):
        node_table(tmp_path)
    assert not caplog.messages


def test_column_of_labels_can_be_named(tmp_path):
    dataset = node_table(write(tmp_path), target_column="team")
    assert dataset.class_names == ["blue", "red"]
    assert dataset.labels.tolist() == [1, 1, 0, 0]
    np.testing.assert_array_equal(dataset.graph.node_features, [[30], [40], [50], [60]])


def test_other_tables_are_read_as_those_of_training(tmp_path):
    first = read_graph_tables(write(tmp_path))
    features = [
        TableFeatures.from_json(part.to_json())
        for part in (first.node_features, first.edge_features)
    ]
    nodes = "age,name,team\n7,zoe,blue\n8,yan,blue\n"
    write(tmp_path, nodes, "from,to,kind\nzoe,yan,kin\n")
    other = read_graph_tables(tmp_path, True, None, *features)
    np.testing.assert_array_equal(other.graph.node_features, [[1, 0, 7], [1, 0, 8]])
    np.testing.assert_array_equal(other.graph.edge_features, [[0, 1]])
    assert other.node_names == ["zoe", "yan"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(tmp_path, delimiter):
    nodes, edges = (text.replace(",", delimiter) for text in (NODES, EDGES))
    assert node_table(write(tmp_path, nodes, edges)).graph.num_edges == 8


def test_splits_of_other_names(tmp_path):
    rows = ("a,u,Train", "b,v,VAL", "c,u,test", "d,u,dev")
    nodes = "\n".join(["id,label,split", *rows, ""])
    dataset = node_table(write(tmp_path, nodes, "source,target\na,b\n"))
    assert dataset.validation.tolist() == [1, 3]
    assert (dataset.train.tolist(), dataset.test.tolist()) == ([0], [2])


def test_too_few_labels_are_told(tmp_path):
    nodes = "id,label\na,u\nb,v\nc,\n"
    with pytest.raises(ValueError, match="at least 3 nodes with a label.* Received: 2"):
        node_table(write(tmp_path, nodes, "source,target\na,b\n"))


def test_first_rows_are_enough_to_refuse_tables(tmp_path):
    check_graph_tables(write(tmp_path))
    check_graph_tables(write(tmp_path, NODES + NODES[15:] * 50 + "eve\n"), "team")
    with pytest.raises(ValueError, match="target_column='no'"):
        check_graph_tables(tmp_path, "no")
    with pytest.raises(ValueError, match="edges.csv: expected a column source"):
        check_graph_tables(write(tmp_path, edges="ann,bob\nbob,cy\n"))
