import gzip

import numpy as np
import pytest

from kerazoo.data.graphs.edge_files import is_edge_list
from kerazoo.data.graphs.edge_list import edge_list


def write(path, text):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt") as file:
        file.write(text)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "# of friends\nann bob\nbob  cy\n\nbob ann\nann ann\n"),
        ("a.txt.gz", "ann\tbob\nbob\tcy\n"),
        ("a.edges", "ann,bob\ncy, bob\n"),
    ],
)
def test_edges_go_both_ways_and_once(name, text, tmp_path):
    dataset = edge_list(write(tmp_path / name, text))
    assert dataset.name == "a"
    assert dataset.node_names == ["ann", "bob", "cy"]
    edges = set(zip(dataset.graph.source.tolist(), dataset.graph.target.tolist()))
    assert edges == {(0, 1), (1, 0), (1, 2), (2, 1)} and dataset.graph.num_edges == 4
    np.testing.assert_array_equal(dataset.graph.node_features.toarray(), np.eye(3))
    assert dataset.num_classes == 0 and dataset.graph.edge_weights is None


def test_numbers_in_their_order_weights_classes_and_a_header(tmp_path):
    edges = write(tmp_path / "a.txt", "from to weight\n10 9 0.5\n9 2 2\n")
    labels = write(tmp_path / "b.txt", "node label\n10 x\n9 y\n2 x\n77 y\n")
    dataset = edge_list(edges, labels)
    assert dataset.node_names == ["2", "9", "10", "77"]  # The last has no edges.
    assert dataset.class_names == ["x", "y"]
    assert dataset.labels.tolist() == [0, 1, 0, 1]
    graph = dataset.graph
    weights = dict(
        zip(zip(graph.source.tolist(), graph.target.tolist()), graph.edge_weights)
    )
    assert weights == {(1, 2): 0.5, (2, 1): 0.5, (0, 1): 2, (1, 0): 2}
    parts = np.concatenate([dataset.train, dataset.validation, dataset.test])
    assert sorted(parts.tolist()) == [0, 1, 2, 3]


def test_headers_of_words(tmp_path):
    edges = write(tmp_path / "a.txt", "Source,Target,weight\nann,bob,2\nbob,cy,1\n")
    labels = write(tmp_path / "b.txt", "node class\nann x\nbob y\ncy x\n")
    dataset = edge_list(edges, labels)
    assert dataset.node_names == ["ann", "bob", "cy"]
    assert dataset.class_names == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "labels", "message"),
    [
        ("ann\n", None, "a.txt, line 1: expected two names.* Received: 1 columns"),
        ("a b c d\n", None, "a.txt, line 1.* Received: 4 columns"),
        ("", None, "a.txt: expected text. Received: an empty file"),
        ("# ann\n", None, "a.txt: expected a line.* Received: none"),
        ("a a\n", None, "a.txt: expected an edge between two nodes"),
        ("a b 1\nb c much\n", None, "line 2: the weight.* Received: 'much'"),
        ("a b 1\nb c -1\n", None, "line 2: the weight.* Received: '-1'"),
        ("a b 1\nb c\n", None, "line 2: the weight.* Received: ''"),
        ("a b\n", "a 1\na 2\n", "labels.txt, line 2: expected one class.* '1' and '2'"),
        ("a b\n", "a\n", "labels.txt, line 1: expected a node and its class"),
        ("a b\nb c\n", "a 1\nb 1\nc 1\n", "labels.txt: .* 2 classes.* '1' alone"),
        ("a b\n", "a 1\nb 2\n", "labels.txt: expected at least 3 nodes"),
    ],
)
def test_mistakes_name_the_line(text, labels, message, tmp_path):
    path = write(tmp_path / "a.txt", text)
    if labels is not None:
        labels = write(tmp_path / "labels.txt", labels)
    with pytest.raises(ValueError, match=message):
        edge_list(path, labels)


def test_what_is_no_text(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(b"no gzip")
    (tmp_path / "a.txt").write_bytes(b"ann bob\nJos\xe9 bob\n")
    with pytest.raises(ValueError, match="a.txt.gz: expected gzip"):
        edge_list(tmp_path / "a.txt.gz")
    with pytest.raises(ValueError, match="a.txt, line 2: expected text in UTF-8"):
        edge_list(tmp_path / "a.txt")


def test_names_of_files():
    assert all(map(is_edge_list, ("a.txt", "a.TXT.gz", "b.edges", "c.edgelist")))
    assert not any(map(is_edge_list, ("cora", "a.csv", "a.gz", "txt")))
