"""Graphs of several sets of nodes and edges, from the command line."""

import csv

import pytest

from apps import evaluate
from apps import predict
from apps import sample_graph
from apps import train_gnn
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import TINY
from tests.data.graphs.hetero_files import write_hetero_tables

SMALL = ("--num_layers=1", "--hidden_size=4")


@pytest.mark.slow
def test_tables_of_several_sets_are_learnt_and_their_export_answers(
    app, paths, tmp_path
):
    folder = tmp_path / "library"
    folder.mkdir()
    write_hetero_tables(folder)
    code, result, err = app(
        train_gnn.main, f"--data_dir={folder}", *SMALL, *TINY, *paths
    )
    assert code == 0, err
    assert "nodes 3 of author, 8 of paper, 4 of venue; 19 edges of 3 sets" in err
    export = f"--saved_model={result['export']}"
    answers = tmp_path / "answers.csv"
    code, summary, err = app(
        predict.main, export, f"--input={folder}", f"--output={answers}"
    )
    assert code == 0, err
    assert summary["rows"] == 8
    rows = list(csv.DictReader(answers.open()))
    assert rows[0]["id"] == "p0" and rows[0]["predicted_label"] in ("bio", "cs")
    code, found, err = app(evaluate.main, export, f"--data_dir={folder}")
    assert code == 0 and found["examples"] == 7, err
    (folder / "nodes_venue.csv").unlink()
    (folder / "edges_paper_in_venue.csv").unlink()
    code, _, err = app(predict.main, export, f"--input={folder}")
    assert code == 2
    assert_one_line(err, "nodes_*.csv of author, paper, venue, as in training")


@pytest.mark.slow
def test_samples_are_made_learnt_and_answered(app, paths, tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    write_hetero_tables(folder)
    samples = tmp_path / "samples"
    command = (
        f"--data_dir={folder}",
        f"--output_dir={samples}",
        "--num_shards=1",
        "--seed=3",
    )
    code, made, err = app(sample_graph.main, *command, "--fanouts=2")
    assert code == 0, err
    assert sum(made["samples"].values()) == 7
    code, result, err = app(
        train_gnn.main, f"--data_dir={samples}", "--batch_size=2", *SMALL, *TINY, *paths
    )
    assert code == 0, err
    assert "subgraphs around nodes of paper" in err
    code, summary, err = app(
        *(predict.main, f"--saved_model={result['export']}", f"--input={samples}"),
        f"--output={tmp_path / 'answers.csv'}",
    )
    assert code == 0 and summary["rows"] == 7, err
    code, _, err = app(sample_graph.main, *command)
    assert code == 2
    assert_one_line(err, f"--output_dir={samples} must be a new folder")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--architecture=gin"], ["--architecture", "gcn, sage, gat, gatv2"]),
        (["--normalization=batch"], ["--normalization", "none or layer"]),
        (["--self_connection"], ["--self_connection", "several sets"]),
        (["--drop_edge=0.1"], ["--drop_edge", "several sets"]),
        (["--node_set=town"], ["--node_set=town", "author, paper, venue"]),
        (["--target_column=no"], ["--target_column=no"]),
        (["--task=link"], ["nodes.csv"]),
    ],
)
def test_mistakes_are_said_before_tensorflow(
    app, paths, tmp_path, monkeypatch, arguments, words
):
    write_hetero_tables(tmp_path)
    monkeypatch.setattr("apps.cli.errors.heavy_imports", None)  # It is not reached.
    code, _, err = app(train_gnn.main, f"--data_dir={tmp_path}", *arguments, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset=tfgnn"], ["--dataset=tfgnn needs --data_dir"]),
        (["--dataset=tfgnn", "--data_dir=DIR"], ["schema.pbtxt", "none"]),
        (["--node_set=paper"], ["--node_set goes with", "nodes_<set>.csv"]),
    ],
)
def test_what_is_not_there_is_said(app, paths, tmp_path, arguments, words):
    arguments = [text.replace("DIR", str(tmp_path)) for text in arguments]
    code, _, err = app(train_gnn.main, *arguments, *paths)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--data_dir=None", "folder of tables"]),
        (["--data_dir=DIR/no"], ["--data_dir=DIR/no", "folder of tables"]),
        (["--data_dir=DIR", "--output_dir=DIR"], ["--output_dir=DIR", "new folder"]),
        (["--data_dir=DIR", "--node_set=no"], ["--node_set=no", "author, paper"]),
        (["--data_dir=DIR", "--fanouts=2,0"], ["--fanouts", "positive"]),
        (["--data_dir=DIR", "--seed=0"], ["nodes_paper.csv", "test on", "--seed=0"]),
    ],
)
def test_mistakes_in_sampling_are_said(app, tmp_path, arguments, words):
    write_hetero_tables(tmp_path)
    arguments, words = (
        [text.replace("DIR", str(tmp_path)) for text in texts]
        for texts in (arguments, words)
    )
    code, _, err = app(sample_graph.main, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
