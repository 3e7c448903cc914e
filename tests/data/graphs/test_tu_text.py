import numpy as np
import pytest

from kerazoo.data.graphs.tu_text import tu_text

# A path of three nodes with a self-loop, and two nodes without an edge.
SMALL = """2
3 5
7 1 1
0 3 0 2 1
7 1 1
2 -1
4 0
0 0
"""


def write(folder, content=SMALL):
    (folder / "SMALL.txt").write_text(content)
    return folder


def write_folds(folder, first_train="1\n"):
    folds = folder / "10fold_idx" / "SMALL"
    folds.mkdir(parents=True)
    for k in range(1, 11):
        (folds / f"train_idx-{k}.txt").write_text(
            first_train if k == 1 else f"{k % 2}\n"
        )
        (folds / f"test_idx-{k}.txt").write_text(f"{1 - k % 2}\n")
    return folds


def test_small_file_by_hand(tmp_path):
    dataset = tu_text("SMALL", write(tmp_path))
    path, pair = dataset.graphs
    # Tags 0, 4, 7.
    np.testing.assert_array_equal(path.node_features, [[0, 0, 1], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(pair.node_features, [[0, 1, 0], [1, 0, 0]])
    assert path.source.tolist() == [0, 1, 1, 2]
    assert path.target.tolist() == [1, 0, 2, 1]
    assert pair.num_edges == 0
    assert dataset.labels.tolist() == [path.label, pair.label] == [1, 0]
    assert dataset.class_names == ["-1", "5"]
    assert dataset.folds is None


def test_attributes_come_after_the_tags(tmp_path):
    content = "2\n2 0\n0 1 1 .5 -2\n1 1 0 1e1 3\n1 1\n0 0 8 9\n"
    dataset = tu_text("SMALL", write(tmp_path, content))
    np.testing.assert_array_equal(
        dataset.graphs[0].node_features, [[1, 0, 0.5, -2], [0, 1, 10, 3]]
    )
    np.testing.assert_array_equal(dataset.graphs[1].node_features, [[1, 0, 8, 9]])


@pytest.mark.parametrize(
    ("name", "num_graphs", "num_nodes", "num_edges", "num_features", "classes"),
    [
        # Means of nodes and edges as in the TU collection's own table.
        ("MUTAG", 188, 17.93, 19.79, 7, [63, 125]),
        ("PROTEINS", 1113, 39.06, 72.82, 3, [663, 450]),
    ],
)
def test_real_collections(
    real_data, name, num_graphs, num_nodes, num_edges, num_features, classes
):
    dataset = tu_text(name, real_data("graphs_tu"))
    graphs = dataset.graphs
    assert len(graphs) == num_graphs
    assert np.mean([g.num_nodes for g in graphs]) == pytest.approx(num_nodes, abs=0.005)
    assert np.mean([g.num_edges / 2 for g in graphs]) == pytest.approx(
        num_edges, abs=0.005
    )
    for graph in graphs:
        assert graph.node_features.shape[1] == num_features
        np.testing.assert_array_equal(graph.node_features.sum(axis=1), 1)
    assert sorted(np.bincount(dataset.labels)) == sorted(classes)
    assert len(dataset.folds) == 10
    for train, test in dataset.folds:
        assert sorted([*train, *test]) == list(range(num_graphs))
    tests = np.concatenate([test for _, test in dataset.folds])
    assert len(tests) == len(set(tests)) == num_graphs // 10 * 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SMALL, "", "line 1: .* Received: ''"),
        ("2\n3 5", "many\n3 5", "line 1: .* Received: 'many'"),
        ("3 5", "3", "line 2: .* Received: '3'"),
        ("3 5", "0 5", "line 2: .* Received: '0 5'"),
        ("7 1 1\n0 3", "7 1\n0 3", "line 3: .* Received: '7 1'"),
        ("0 3 0 2 1", "0 3 0 3 1", "line 4: .* Received: '0 3 0 3 1'"),
        ("0 3 0 2 1", "0 x", "line 4: .* Received: '0 x'"),
        ("4 0", "4 0 0.5", "line 7: .* Received: '4 0 0.5'"),
        ("4 0\n0 0\n", "4 0\n", "line 8: .* Received: end of file"),
        ("4 0\n0 0\n", "4 0\n0 0\n1 0\n", "line 9: .* Received: '1 0'"),
    ],
)
def test_malformed_lines_are_named(tmp_path, old, new, message):
    assert old in SMALL
    write(tmp_path, SMALL.replace(old, new))
    with pytest.raises(ValueError, match=f"SMALL.txt, {message}$"):
        tu_text("SMALL", tmp_path)


def test_attributes_that_are_not_finite_raise(tmp_path):
    write(tmp_path, "2\n1 0\n0 0 1\n1 1\n0 0 nan\n")
    with pytest.raises(ValueError, match="line 5: .*finite.* Received: '0 0 nan'"):
        tu_text("SMALL", tmp_path)


def test_missing_file_lists_the_others(tmp_path):
    (write(tmp_path) / "OTHER.txt").write_text("")
    with pytest.raises(
        FileNotFoundError,
        match=r"LARGE.txt .* has OTHER, SMALL. Received: dataset=LARGE",
    ):
        tu_text("LARGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="has no graphs"):
        tu_text("LARGE", tmp_path / "nowhere")


def test_folds(tmp_path):
    write_folds(write(tmp_path))
    folds = tu_text("SMALL", tmp_path).folds
    assert [(train.tolist(), test.tolist()) for train, test in folds] == [
        ([1], [0]),
        ([0], [1]),
    ] * 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one\n", "train_idx-1.txt: expected indices of graphs"),
        ("2\n", "SMALL, fold 0: expected graphs from 0 to 1. Received: graph 2"),
        ("0\n1\n", "SMALL, fold 0: .* Received: graph 0 in both"),
    ],
)
def test_faulty_folds_raise(tmp_path, content, message):
    write_folds(write(tmp_path), first_train=content)
    with pytest.raises(ValueError, match=message):
        tu_text("SMALL", tmp_path)


def test_missing_fold_raises(tmp_path):
    (write_folds(write(tmp_path)) / "test_idx-3.txt").unlink()
    with pytest.raises(FileNotFoundError, match="test_idx-3.txt"):
        tu_text("SMALL", tmp_path)
