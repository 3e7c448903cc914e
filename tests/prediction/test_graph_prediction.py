import numpy as np
import pytest
from scipy import special

from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.data.graphs.molecule_columns import MoleculeColumns
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import ReadoutConfig
from kerazoo.prediction import Columns
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import predict
from kerazoo.prediction.prediction import write_answers
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.gnn import GraphPrediction
from kerazoo.tasks.gnn import LinkPrediction
from kerazoo.tasks.gnn import NodeClassification
from tests.prediction.exports import export_untrained
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv

NODES = [
    f"n{i},{'ab'[i % 2]},{['train', 'validation', 'test'][i % 3]},{i / 3},{team}"
    for i, team in enumerate(["red", "blue", "red", "red", "blue", "green"] * 2)
]
EDGES = [f"n{i},n{(i + step) % 12},{step}" for i in range(12) for step in (1, 5)]
PAIRS = ["n0,n1,1", "n3,n8,0", "n7,n2,0", "n4,nowhere,0"]
SMILES = ["CCO", "c1ccccc1", "CC(=O)O", "CCN", "C", "CC#N", "ClCCl", "OCC(O)CO"] * 2
SMALL = EncoderConfig("gcn", hidden_size=8, num_layers=2)
TEAMS = ["a", "b"]


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_tables(folder, nodes=NODES):
    write(folder / "nodes.csv", "id,label,split,age,team", *nodes)
    write(folder / "edges.csv", "source,target,weight", *EDGES)
    write(folder / "pairs.csv", "source,target,label", *PAIRS)
    return folder


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """A task, its export and its folder of tables."""
    folder = write_tables(tmp_path_factory.mktemp("nodes"))
    task = NodeClassification("tables", folder, encoder=SMALL)
    return task, export_untrained(task, folder / "model"), folder


@pytest.fixture(scope="module")
def molecules(tmp_path_factory):
    """A task of values, its export and its folder."""
    folder = tmp_path_factory.mktemp("molecules")
    rows = [f"{smiles},{i / 7}" for i, smiles in enumerate(SMILES)]
    write(folder / "own.csv", "Structure,logS", *rows)
    task = GraphPrediction(
        "own.csv",
        folder,
        MoleculeColumns("Structure", "logS"),
        batch_size=4,
        encoder=EncoderConfig("gin", hidden_size=8, num_layers=2),
    )
    return task, export_untrained(task, folder / "model"), folder


def test_nodes_are_answered_as_the_task_does(nodes, tmp_path):
    task, version, folder = nodes
    predict(version, folder, tmp_path / "answers.csv", batch_size=5)
    rows = read_csv(tmp_path / "answers.csv")
    assert [row["id"] for row in rows] == [f"n{i}" for i in range(12)]
    assert [row["team"] for row in rows][:3] == ["red", "blue", "red"]
    logits = task.forward().numpy()
    assert logits.std(axis=0).min() > 1e-3  # Another order would be seen.
    expected = special.softmax(logits, axis=1)
    found = numbers(rows, "probability_a", "probability_b")
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    labels = [row["predicted_label"] for row in rows]
    assert labels == [TEAMS[i] for i in expected.argmax(axis=1)]


def test_columns_and_categories_are_those_of_training(nodes, tmp_path):
    """Nodes and columns in another order, without labels."""
    _, version, folder = nodes
    predict(version, folder, tmp_path / "before.csv")
    before = {
        row["id"]: row["probability_a"] for row in read_csv(tmp_path / "before.csv")
    }
    others = [line.split(",") for line in NODES[::-1]]
    write_tables(tmp_path)
    lines = [f"{name},{team},{age}" for name, _, _, age, team in others]
    write(tmp_path / "nodes.csv", "name,team,age", *lines)
    predict(version, tmp_path, tmp_path / "answers.csv")
    for row in read_csv(tmp_path / "answers.csv"):
        found = float(row["probability_a"])
        assert found == pytest.approx(float(before[row["name"]]), rel=1e-4)
    write(tmp_path / "nodes.csv", "name,team,age", "n11,yellow,3", *lines[1:])
    with pytest.warns(UserWarning, match="row 2.*'yellow'"):
        predict(version, tmp_path, tmp_path / "other.csv")
    (row, *_) = read_csv(tmp_path / "other.csv")
    assert row["probability_a"] != before["n11"]


def test_links_are_answered_as_the_model_does(tmp_path):
    write_tables(tmp_path)
    task = LinkPrediction("tables", tmp_path, encoder=SMALL)
    version = export_untrained(task, tmp_path / "model")
    with pytest.warns(UserWarning, match="1 of 4 pairs.*row 5: 'nowhere'"):
        predict(version, tmp_path, tmp_path / "answers.csv")
    rows = read_csv(tmp_path / "answers.csv")
    assert [row["label"] for row in rows] == ["1", "0", "0", "0"]
    assert rows[3]["probability"] == ""
    graph = load_node_dataset("tables", tmp_path).graph
    inputs = {
        "node_features": graph.node_features,
        "source": graph.source,
        "target": graph.target,
        "edge_weights": graph.edge_weights,
        "pairs": np.array([[0, 1], [3, 8], [7, 2]]),
    }
    logits = task.model(inputs).numpy()
    assert logits.std() > 1e-3
    expected = 1 / (1 + np.exp(-logits))
    found = numbers(rows[:3], "probability")[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.slow
def test_molecules_are_answered_as_the_task_does(molecules, tmp_path):
    task, version, folder = molecules
    predict(version, folder / "own.csv", tmp_path / "answers.csv", batch_size=3)
    rows = read_csv(tmp_path / "answers.csv")
    assert [row["Structure"] for row in rows] == SMILES
    expected = task.predict(np.arange(len(SMILES)))
    assert expected.std() > 1e-3
    found = numbers(rows, "value")[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_molecules_of_other_files(molecules, tmp_path):
    _, version, folder = molecules
    metadata = read_metadata(version)
    predictor = load_predictor(version, metadata)
    predict(version, folder / "own.csv", tmp_path / "before.csv")
    before = [row["value"] for row in read_csv(tmp_path / "before.csv")][:3]
    files = {
        "lines.smi": (["CCO ethanol", "c1ccccc1", "CC(=O)O acetic acid"], None),
        "named.csv": (["n;mol", "1;CCO", "2;c1ccccc1", "3;CC(=O)O"], None),
        "found.tsv": (["n\tthing", "x\tCCO", "y\tc1ccccc1", "z\tCC(=O)O"], None),
        "bare.csv": (["x1,CCO", "y1,c1ccccc1", "z1,CC(=O)O"], None),
        "given.csv": (["CC,CCO", "CC,c1ccccc1", "CC,CC(=O)O"], "2"),
    }
    for name, (lines, column) in files.items():
        path = write(tmp_path / name, *lines)
        inputs = open_inputs(metadata, path, Columns(smiles_column=column))
        write_answers(inputs, predictor, tmp_path / "answers.csv")
        rows = read_csv(tmp_path / "answers.csv")
        assert [row["value"] for row in rows] == before, name


def test_invalid_molecules_have_empty_answers(molecules, tmp_path):
    _, version, _ = molecules
    path = write(tmp_path / "own.csv", "smiles", "CCO", "C1CC", "", "xyz", "CC")
    with pytest.warns(UserWarning, match="3 of 5 molecules.*line 3: .*'C1CC'"):
        predict(version, path, tmp_path / "answers.csv")
    found = [bool(row["value"]) for row in read_csv(tmp_path / "answers.csv")]
    assert found == [True, False, False, False, True]


@pytest.mark.slow
def test_collections_have_the_tags_of_training(tmp_path):
    lines = [
        line
        for i, size in enumerate([3, 4, 5, 6] * 5)
        for line in (
            f"{size} {i % 2}",
            *(
                f"{3 + (u + i) % 3} 2 {(u - 1) % size} {(u + 1) % size}"
                for u in range(size)
            ),
        )
    ]
    write(tmp_path / "RINGS.txt", "20", *lines)
    task = GraphPrediction(
        "RINGS",
        tmp_path,
        batch_size=4,
        descriptors=True,
        readout=ReadoutConfig(readout="mlp"),
        encoder=EncoderConfig("gin", hidden_size=8, num_layers=2),
    )
    version = export_untrained(task, tmp_path / "model")
    write(tmp_path / "NEW.txt", "2", *lines[:4], *lines[4:9])
    for name in ("RINGS", "NEW"):
        predict(version, tmp_path / f"{name}.txt", tmp_path / f"{name}.csv")
    rows = read_csv(tmp_path / "RINGS.csv")
    logits = task.predict(np.arange(20))
    expected = special.softmax(logits, axis=1)
    assert expected.std(axis=0).min() > 1e-3
    found = numbers(rows, "probability_0", "probability_1")
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    # Without all of the tags the columns stay where they were.
    assert read_csv(tmp_path / "NEW.csv") == rows[:2]


def test_mistakes_name_the_file_and_what_is_missing(nodes, molecules, tmp_path):
    _, version, _ = nodes
    metadata = read_metadata(version)
    with pytest.raises(FileNotFoundError, match="nodes.csv and edges.csv"):
        open_inputs(metadata, tmp_path / "nowhere")
    write_tables(tmp_path)
    write(tmp_path / "nodes.csv", "id,age", *(f"n{i},{i}" for i in range(12)))
    with pytest.raises(ValueError, match=r"nodes\.csv.*'team'"):
        open_inputs(metadata, tmp_path)
    write_tables(tmp_path)
    write(tmp_path / "edges.csv", "source,target", "n0,n1")
    with pytest.raises(ValueError, match=r"edges\.csv.*weights"):
        open_inputs(metadata, tmp_path)
    old = {name: metadata[name] for name in ("family", "task", "class_names")}
    with pytest.raises(ValueError, match="has no inputs.*older version"):
        open_inputs(old, tmp_path)
    with pytest.raises(ValueError, match="that a program made"):
        open_inputs({**old, "inputs": {}}, tmp_path)
    path = write(tmp_path / "words.csv", "a,b", "x,y")
    with pytest.raises(ValueError, match=r"words\.csv.*`smiles_column`"):
        open_inputs(read_metadata(molecules[1]), path)
