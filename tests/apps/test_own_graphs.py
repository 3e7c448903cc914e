"""Tables and molecules as people have them, with defaults alone."""

import json
import pathlib

import numpy as np
import pytest
from absl.testing import flagsaver

from apps import train_gnn
from apps.gnn.molecule_defaults import MOLECULE_DEFAULTS
from apps.gnn.molecule_defaults import take_molecule_defaults
from kerazoo.data.graphs.graph_tables import read_graph_tables
from kerazoo.data.graphs.table_features import TableFeatures
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import SMALL
from tests.apps.graph_examples import SMILES
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import serve
from tests.apps.graph_examples import tensors


def write_tables(folder, count=50):
    random = np.random.default_rng(0)
    towns, teams = ["Rome", "Oslo", "Bonn"], ["red", "blue"]
    rows = ["name;town;height;about;class"]
    for i in range(count):
        height = f"{1.5 + i / 100:.2f}".replace(".", ",") if i % 9 else ""
        about = f"This is person {i}."
        rows.append(f"p{i};{towns[i % 3]};{height};{about};{teams[i % 2]}")
    (folder / "nodes.csv").write_text("\r\n".join(rows), "utf-8-sig")
    ends = random.integers(0, count, (120, 2))
    edges = ["from\tto", *(f"p{u}\tp{v}" for u, v in ends if u != v)]
    (folder / "edges.csv").write_text("\n".join(edges))
    return folder


def metadata_of(result):
    path = pathlib.Path(result["export"], "assets.extra", "kerazoo.json")
    return json.loads(path.read_text())


@pytest.mark.slow
def test_tables_with_words_train_and_their_export_knows_how_to_read_others(
    app, paths, tmp_path
):
    write_tables(tmp_path)
    command = (f"--data_dir={tmp_path}", *TINY, *paths)  # The tables are found.
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    for words in (
        "nodes.csv: numbers have a decimal comma in height.",
        "nodes.csv: name is the id, class is the label; features are height (numbers), "
        "town (3 values, a feature each), about (texts, hashed to 512 features); "
        "missing numbers of height become their mean.",
        "edges.csv: from is the source, to is the target.",
        "50 nodes",
    ):
        assert words in err, err
    metadata = metadata_of(result)
    assert metadata["class_names"] == ["blue", "red"]
    inputs = metadata["inputs"]
    assert not inputs["directed"] and not inputs["edge_weights"]
    assert inputs["node_names"] is None  # The features are known, not the nodes.
    graph = read_graph_tables(
        tmp_path,
        inputs["directed"],
        None,
        TableFeatures.from_json(inputs["node_columns"]),
        TableFeatures.from_json(inputs["edge_columns"]),
    ).graph
    assert serve(result, **tensors(graph))["probabilities"].shape == (50, 2)


def test_column_of_the_labels_can_be_named(app, paths, tmp_path):
    write_tables(tmp_path)
    command = ("--dataset=tables", f"--data_dir={tmp_path}", *TINY, *paths)
    more = ("--target_column=2", "--train_steps=1", "--noexport")
    code, _, err = app(train_gnn.main, *command, *more)
    assert code == 0, err
    assert "town is the label" in err and "3 classes" in err


@pytest.mark.slow
def test_thirty_molecules_without_a_header(app, paths, tmp_path):
    pytest.importorskip("rdkit")
    smiles = [SMILES[i % 8] + "C" * (i // 8) for i in range(30)]
    lines = (f"{molecule} {len(molecule) + 0.5}\n" for molecule in smiles)
    (tmp_path / "own.smi").write_text("".join(lines))
    command = ("--task=graph", "--dataset=own.smi", f"--data_dir={tmp_path}")
    code, result, err = app(train_gnn.main, *command, *SMALL, *TINY, *paths)
    assert code == 0, err
    assert "own.smi: no header; molecules are in column 1, the target is 2." in err
    assert "30 graphs, values; 24 to train, 3 to choose by, 3 to test" in err
    assert "leaves the features of the edges out" not in err
    assert "--architecture=gine" in (tmp_path / "run" / "flags.txt").read_text()
    inputs = metadata_of(result)["inputs"]
    assert (inputs["smiles_column"], inputs["target_column"]) == ("1", "2")
    assert inputs["descriptors"] is False


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("own.csv", "what,y\nabc,1\nxyz,0\n", ["--smiles_column", "'what', 'y'"]),
        ("own.csv", "mol,a,b\nCC,1,0\nCO,0,1\n", ["--target_column", "'a', 'b'"]),
        ("own.csv", "smiles,y\n1,CC\n2,CO\n", ["'smiles' holds no SMILES", "'y'"]),
        ("own.csv", "mol,ä\nCC,1\n".encode("latin-1"), ["UTF-8", "iconv"]),
        ("own.xlsx", b"PK\x03\x04", ["--dataset=own.xlsx", ".csv, .smi, .tsv"]),
        ("own.csv", b"PK\x03\x04", ["saved as CSV"]),
        ("OWN.txt", "2\n1 0\n0 0\n", ["--dataset=OWN.txt", "without its ending"]),
    ],
)
def test_mistakes_in_molecules_are_said_before_tensorflow(
    app, paths, tmp_path, monkeypatch, name, content, words
):
    pytest.importorskip("rdkit")
    content = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(content)
    monkeypatch.setattr("apps.cli.errors.heavy_imports", None)  # It is not reached.
    command = ("--task=graph", f"--dataset={name}", f"--data_dir={tmp_path}")
    code, _, err = app(train_gnn.main, *command, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("nodes.csv", "p1,30\np2,40\n", ["nodes.csv", "column id", "'p1', '30'"]),
        ("edges.csv", "p1,p2\np2,p3\n", ["edges.csv", "source and target", "'p1'"]),
        ("edges.csv", "from,to\np1,ä\n".encode("latin-1"), ["edges.csv, line 2"]),
    ],
)
def test_mistakes_in_tables_are_said_before_tensorflow(
    app, paths, tmp_path, monkeypatch, file, content, words
):
    write_tables(tmp_path)
    content = content if isinstance(content, bytes) else content.encode()
    (tmp_path / file).write_bytes(content)
    monkeypatch.setattr("apps.cli.errors.heavy_imports", None)  # It is not reached.
    command = ("--dataset=tables", f"--data_dir={tmp_path}")
    code, _, err = app(train_gnn.main, *command, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def defaults_of(tmp_path, dataset, noted=()):
    """Returns the defaults that a run in a folder with this flagfile has."""
    (tmp_path / "flags.txt").write_text("".join(f"{line}\n" for line in noted))
    before = {"architecture": "gin", "pooling": "sum", "readout": "jumping"}
    given = {"dataset": dataset, "task": "graph", "workdir": str(tmp_path)}
    with flagsaver.flagsaver(**given):
        for name, value in before.items():
            train_gnn.tasks.flags.FLAGS.set_default(name, value)
        take_molecule_defaults()
        return {name: train_gnn.tasks.flags.FLAGS[name].value for name in before}


def test_molecules_have_defaults_of_their_own(app, tmp_path):
    assert defaults_of(tmp_path, "own.csv") == MOLECULE_DEFAULTS
    assert defaults_of(tmp_path, "MUTAG")["architecture"] == "gin"


def test_runs_of_the_former_defaults_go_on(app, tmp_path):
    former = {"architecture": "gin", "pooling": "sum", "readout": "jumping"}
    noted = [f"--{name}={value}" for name, value in former.items()]
    assert defaults_of(tmp_path, "own.csv", noted) == former
    noted = ["--architecture=gin", "--pooling=attention", "--readout=mlp"]
    assert defaults_of(tmp_path, "own.csv", noted)["architecture"] == "gin"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset=own.csv"], ["--dataset=own.csv", "--task=graph"]),
        (["--task=link", "--dataset=own.smi"], ["--dataset=own.smi", "--task=graph"]),
        (["--dataset=DIR"], ["use --dataset=tables --data_dir=DIR"]),
        (["--dataset=DIR/nodes.csv"], ["use --dataset=tables --data_dir=DIR"]),
        (["--dataset=Cora"], ["Did you mean cora?"]),
        (["--task=graph", "--data_dir=DIR"], ["--dataset", "There is a.smi, b.csv."]),
        (["--data_dir=DIR", "--target_column=no"], ["nodes.csv", "--target_column"]),
    ],
)
def test_what_another_dataset_means_is_said(app, paths, tmp_path, arguments, words):
    write_tables(tmp_path)
    for name in ("a.smi", "b.csv"):
        (tmp_path / name).touch()
    arguments, words = (
        [text.replace("DIR", str(tmp_path)) for text in texts]
        for texts in (arguments, words)
    )
    code, _, err = app(train_gnn.main, *arguments, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


def test_folder_without_tables_is_refused(app, paths, tmp_path):
    (tmp_path / "drugs.csv").touch()
    code, _, err = app(train_gnn.main, f"--data_dir={tmp_path}", *paths)
    assert code == 2
    words = [f"--data_dir={tmp_path}", "nodes.csv and edges.csv", "--task=graph"]
    assert_one_line(err, *words, "There is drugs.csv.")
