import gzip

import numpy as np
import pytest
from PIL import Image

from kerazoo.prediction import Columns
from kerazoo.prediction.labelled_inputs import open_labelled

CLASSIFIER = {"family": "transformer", "task": "classify", "class_names": ["a", "b"]}
IMAGES = {
    "family": "transformer",
    "task": "image",
    "class_names": ["x", "y"],
    "image_shape": [8, 8, 1],
    "dataset": "digits",
}
TABLES = {
    "directed": False,
    "edge_weights": False,
    "node_columns": [],
    "edge_columns": [],
    "node_names": None,
}
NODES = {"family": "gnn", "task": "node", "class_names": ["a", "b"], "inputs": TABLES}
LINKS = {"family": "gnn", "task": "link", "inputs": TABLES}
MOLECULES = {
    "family": "gnn",
    "task": "graph",
    "class_names": None,
    "inputs": {"smiles_column": "smiles", "target_column": "logS"},
}


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def labels(inputs):
    return [row.label for row in inputs.rows]


def test_texts_are_those_of_the_test_or_all(tmp_path):
    for part, count in (("train", 12), ("dev", 4), ("test", 2)):
        rows = [f"{part} text {i},{'ab'[i % 2]}" for i in range(count)]
        write(tmp_path / f"{part}.csv", "text,label", *rows)
    test = open_labelled(CLASSIFIER, data_dir=tmp_path)
    assert [row.item for row in test.rows] == [b"test text 0", b"test text 1"]
    assert labels(test) == ["a", "b"]
    everything = open_labelled(CLASSIFIER, data_dir=tmp_path, part="all")
    assert everything.total == 18 and set(labels(everything)) == {"a", "b"}


def test_texts_of_folders_of_classes(tmp_path):
    for part in ("train", "test"):
        for name in "ab":
            for i in range(3):
                path = tmp_path / "own" / part / name / f"{i}.txt"
                write(path, f"{part} {name}", f"text {i}")
    test = open_labelled(CLASSIFIER, data_dir=tmp_path / "own")
    assert test.rows[0].item == b"test a\ntext 0"
    assert labels(test) == ["a"] * 3 + ["b"] * 3
    assert open_labelled(CLASSIFIER, data_dir=tmp_path / "own", part="all").total == 12


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv"])
def test_labels_of_molecules_have_decimal_points(tmp_path, name):
    pytest.importorskip("rdkit")
    content = "mol;logS\n\nCCO;-0,77\nCC;1,5\n".encode("utf-16")
    is_packed = name.endswith("gz")
    (tmp_path / name).write_bytes(gzip.compress(content) if is_packed else content)
    inputs = open_labelled(MOLECULES, data_dir=tmp_path / name)
    assert [row.item for row in inputs.rows] == ["CCO", "CC"]
    assert labels(inputs) == ["-0.77", "1.5"]
    assert [row.cells for row in inputs.rows] == [["CCO", "-0,77"], ["CC", "1,5"]]
    assert [row.place for row in inputs.rows] == ["line 3", "line 4"]


def test_all_rows_of_a_table(tmp_path):
    table = write(tmp_path / "t.csv", "id,mood,said", "1,a,one", "2,a,two")
    columns = Columns(text_column="said", label_column="2")
    inputs = open_labelled(CLASSIFIER, data_dir=table, columns=columns, part="all")
    assert [row.item for row in inputs.rows] == [b"one", b"two"]
    assert labels(inputs) == ["a", "a"]


@pytest.mark.parametrize("part", ["test", "all"])
def test_columns_are_those_that_training_was_given(tmp_path, part):
    rows = [f"{i},{'ab'[i % 2]},text {i},no" for i in range(40)]
    table = write(tmp_path / "t.csv", "id,mood,said,Again?", *rows)
    trained = {**CLASSIFIER, "text_column": "Said", "label_column": "mood"}
    found = open_labelled(trained, data_dir=table, part=part)
    assert set(labels(found)) <= {"a", "b"} and found.total == {"all": 40}.get(part, 4)
    given = Columns(text_column="said", label_column="again?")
    other = open_labelled(trained, data_dir=table, columns=given, part="all")
    assert set(labels(other)) == {"no"}
    with pytest.raises(ValueError, match="which of its 4 columns"):
        open_labelled(CLASSIFIER, data_dir=table, part=part)


def test_a_name_that_training_was_given_alone_is_taken(tmp_path):
    rows = [f"{i},{'ab'[i % 2]},text {i},no" for i in range(40)]
    trained = {**CLASSIFIER, "text_column": "said", "label_column": None}
    table = write(tmp_path / "own" / "train.csv", "id,label,said,x", *rows)
    for path in (table, tmp_path / "own"):
        found = open_labelled(trained, data_dir=path, part="all")
        assert found.total == 40 and found.rows[0].item.startswith(b"text ")
    by_number = {**trained, "text_column": 3}
    with pytest.raises(ValueError, match="which of its 4 columns"):
        open_labelled(by_number, data_dir=table)


def test_translations_are_those_of_the_test():
    metadata = {
        "family": "transformer",
        "task": "translate",
        "dataset": "dates",
        "beam_size": 4,
        "source_language": "source",
        "target_language": "target",
    }
    inputs = open_labelled(metadata)
    assert inputs.total > 100
    assert all(len(row.label) == len("1968-05-03") for row in inputs.rows)


def test_images_of_folders_are_brought_to_the_models_shape(tmp_path):
    for part, size in (("train", 12), ("test", 10)):
        for name, grey in (("x", 0), ("y", 255)):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(3):
                pixels = np.full((size, size + 2), grey, "uint8")
                Image.fromarray(pixels).save(folder / f"{i}.png")
    inputs = open_labelled(IMAGES, data_dir=tmp_path)
    assert labels(inputs) == ["x"] * 3 + ["y"] * 3
    assert {row.item.shape for row in inputs.rows} == {(8, 8, 1)}
    assert [int(row.item.max()) for row in inputs.rows] == [0] * 3 + [255] * 3
    assert open_labelled(IMAGES, data_dir=tmp_path, part="all").total == 12


def test_built_in_images_become_bytes():
    inputs = open_labelled(IMAGES)
    assert inputs.rows[0].item.dtype == np.uint8
    assert max(row.item.max() for row in inputs.rows) == 255
    assert set(labels(inputs)) == {str(i) for i in range(10)}


def test_nodes_are_those_of_the_test_or_all_that_have_a_label(tmp_path):
    rows = [f"n{i},{'ab'[i % 2]},{['train', 'test'][i // 2 % 2]}" for i in range(8)]
    write(tmp_path / "nodes.csv", "id,label,split", *rows, "n8,,")
    write(tmp_path / "edges.csv", "source,target", "n0,n1", "n8,n2")
    test = open_labelled(NODES, data_dir=tmp_path)
    assert [row.item for row in test.rows] == [2, 3, 6, 7]
    assert labels(test) == ["a", "b", "a", "b"]
    everything = open_labelled(NODES, data_dir=tmp_path, part="all")
    assert [row.item for row in everything.rows] == list(range(8))
    club = open_labelled(NODES, dataset="karate_club")
    assert 0 < club.total < 34 and club.shared.graph.num_nodes == 34


def test_pairs_need_both_labels(tmp_path):
    write(tmp_path / "nodes.csv", "id", "a", "b", "c")
    write(tmp_path / "edges.csv", "source,target", "a,b")
    write(tmp_path / "pairs.csv", "source,target,label", "a,b,1", "b,c,0")
    inputs = open_labelled(LINKS, data_dir=tmp_path)
    assert [row.item for row in inputs.rows] == [[0, 1], [1, 2]]
    assert labels(inputs) == ["1", "0"]
    write(tmp_path / "pairs.csv", "source,target", "a,b")
    with pytest.raises(ValueError, match=r"pairs\.csv must have a column label"):
        open_labelled(LINKS, data_dir=tmp_path)


@pytest.mark.parametrize(
    ("dataset", "data_dir"),
    [(None, "own.csv"), ("own.csv", "."), ("own", ".")],
)
def test_molecules_of_a_file_or_of_a_folder(tmp_path, monkeypatch, dataset, data_dir):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "own.csv", "smiles,name,logS", "CCO,ethanol,-0.7")
    inputs = open_labelled(MOLECULES, dataset, data_dir)
    (row,) = inputs.rows
    assert (row.item, row.label) == ("CCO", "-0.7")


@pytest.mark.parametrize(
    ("metadata", "dataset", "data_dir", "words"),
    [
        (CLASSIFIER, None, "nowhere", ["`data_dir`", "nowhere"]),
        (IMAGES, None, "nowhere", ["`data_dir`", "nowhere"]),
        (NODES, None, "nowhere", ["`data_dir`", "nowhere"]),
        (NODES, "own", None, ["`data_dir`", "karate_club", "dataset=own"]),
        (LINKS, None, None, ["`data_dir`", "pairs.csv"]),
        (MOLECULES, "none.csv", ".", ["`data_dir`", "none.csv"]),
        ({"family": "transformer", "task": "generate"}, None, None, ["`data_dir`"]),
    ],
)
def test_what_is_missing_is_named(
    tmp_path, monkeypatch, metadata, dataset, data_dir, words
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError)) as error:
        open_labelled(metadata, dataset, data_dir)
    for word in words:
        assert word in str(error.value)
