"""Atoms in space from the command line: what is trained, asked and refused."""

import json

import numpy as np
import pytest

from apps import evaluate
from apps import predict
from apps import train_gnn
from kerazoo.data.graphs.ethanol import ethanol
from kerazoo.data.graphs.extended_xyz_writer import write_frame
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import write_datasets

POTENTIAL = ("--task=potential", "--hidden_size=8", "--num_layers=1", "--batch_size=4")
WATER = "3\nenergy=-76\nO 0 0 0\nH 0.8 0.6 0\nH -0.8 0.6 0\n"


def write_frames(path, count, seed=0):
    with path.open("w") as file:
        for structure in ethanol(count, seed).structures:
            write_frame(file, structure, {"energy": structure.value}, structure.forces)


@pytest.mark.slow
def test_frames_are_learnt_served_and_measured(app, paths, tmp_path):
    write_frames(tmp_path / "ethanol.xyz", 24)
    data = f"--data_dir={tmp_path}", "--dataset=ethanol.xyz"
    command = (*TINY, *POTENTIAL, *paths, *data, "--architecture=schnet")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert "24 structures of up to 9 atoms of H, C, O, with energies and forces" in err
    assert np.isfinite(result["test_force_mae"])
    assert (tmp_path / "run" / "forces.png").stat().st_size
    assert "--cutoff=5" in (tmp_path / "run" / "flags.txt").read_text()
    write_frames(tmp_path / "more.xyz", 5, seed=1)
    saved = f"--saved_model={tmp_path}/model"
    asked = f"--input={tmp_path}/more.xyz", f"--output={tmp_path}/answers.xyz"
    code, summary, err = app(predict.main, saved, *asked)
    assert code == 0, err
    assert (summary["rows"], summary["failed"]) == (5, 0)
    frames = (tmp_path / "answers.xyz").read_text()
    assert frames.count("forces:R:3") == 5
    code, found, err = app(evaluate.main, saved, f"--data_dir={tmp_path}/more.xyz")
    assert code == 0, err
    assert found["examples"] == 5 and "relative_force_mae" in found
    code, _, err = app(predict.main, saved, asked[0], "--top_k=2")
    assert code == 2
    assert_one_line(err, "--top_k", "energies")


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["painn", "egnn"])
def test_molecules_get_positions(app, paths, tmp_path, architecture):
    pytest.importorskip("rdkit")
    write_datasets(tmp_path)
    data = f"--data_dir={tmp_path}", "--dataset=solubility.csv", "--pooling=mean"
    command = (*TINY, *POTENTIAL, *paths, *data, f"--architecture={architecture}")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert np.isfinite(result["test_rmse"])
    extra = tmp_path / "model" / "1" / "assets.extra" / "kerazoo.json"
    inputs = json.loads(extra.read_text())["inputs"]
    assert (inputs["quantity"], inputs["target"]) == ("value", "logS")
    (tmp_path / "asked.csv").write_text("smiles,name\nCCO,ethanol\nCX,none\n")
    saved = f"--saved_model={tmp_path}/model"
    output = tmp_path / "answers.csv"
    asked = f"--input={tmp_path}/asked.csv", f"--output={output}"
    code, summary, err = app(predict.main, saved, *asked)
    assert code == 0, err
    assert summary["failed"] == 1 and "Warning: 1 of 2" in err
    header, one, none = output.read_text().splitlines()
    assert header == "smiles,name,value"
    assert np.isfinite(float(one.split(",")[2])) and none == "CX,none,"


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (None, ["--dataset=none.xyz"], ["none.xyz"]),
        (None, ["--dataset=ethanole"], ["--dataset=ethanole", "mean ethanol"]),
        (WATER, [], ["--data_dir", "needs --dataset", "There is own.xyz"]),
        (WATER, ["--dataset=own.xyz"], ["1 structures, too few"]),
        (WATER, ["--dataset=own.xyz", "--target_column=gap"], ["gap=..."]),
        (WATER.replace("O 0", "Q 0"), ["--dataset=own.xyz"], ["frame 1", "'Q'"]),
        (WATER.replace("3\n", "4\n"), ["--dataset=own.xyz"], ["expected 4 atoms"]),
        (WATER.replace("0.6", "nan"), ["--dataset=own.xyz"], ["finite", "nan"]),
        (None, ["--data_dir=/no/such"], ["--data_dir=/no/such", "a folder", "nothing"]),
        (None, [f"--data_dir={__file__}"], ["--data_dir", "a folder", "a file"]),
        (None, ["--architecture=gcn"], ["--architecture=gcn", "painn"]),
        (None, ["--pooling=max"], ["--pooling", "sum or mean"]),
        (None, ["--dropout=0.1"], ["--dropout does not go with", "--task=potential"]),
        (None, ["--target_column=gap"], ["--target_column", "ethanol"]),
        (None, ["--smiles_column=mol"], ["--smiles_column", "table"]),
        (None, ["--dtype_policy=mixed_bfloat16"], ["--dtype_policy=mixed_bfloat16"]),
        (None, ["--cutoff=0"], ["cutoff"]),
    ],
)
def test_mistakes_are_one_line(app, paths, tmp_path, frame, arguments, words):
    if frame is not None:
        (tmp_path / "own.xyz").write_text(frame)
        arguments = [*arguments, f"--data_dir={tmp_path}"]
    code, _, err = app(train_gnn.main, *TINY, *POTENTIAL, *paths, *arguments)
    assert code == 2
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cutoff=4"], ["--cutoff", "--task=potential"]),
        (["--task=link", "--architecture=painn"], ["painn"]),
        (
            ["--task=graph", "--dataset=A", "--architecture=painn"],
            ["not for --task=graph", "gine"],
        ),
    ],
)
def test_what_only_structures_take(app, paths, arguments, words):
    code, _, err = app(train_gnn.main, *TINY, *paths, *arguments)
    assert code == 2
    assert_one_line(err, *words)
