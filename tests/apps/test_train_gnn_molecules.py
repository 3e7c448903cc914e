"""Mixtures, reactions, several targets and ensembles by the command line."""

import csv

import pytest

from apps import predict
from apps import train_gnn
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import GRAPHS
from tests.apps.graph_examples import LINKS
from tests.apps.graph_examples import SMALL
from tests.apps.graph_examples import SMILES
from tests.apps.graph_examples import SOLUBILITY
from tests.apps.graph_examples import TINY
from tests.apps.graph_examples import write
from tests.apps.graph_examples import write_datasets

pytest.importorskip("rdkit")

MIXTURES = ("--task=graph", "--dataset=mixtures.csv", *SMALL)
REACTIONS = ("--task=graph", "--dataset=reactions.csv", *SMALL)


@pytest.fixture
def data_dir(tmp_path):
    write_datasets(tmp_path)
    smiles = [SMILES[i % 8] + "C" * (i // 8) for i in range(24)]
    rows = [
        (one, SMILES[i % 5], i % 2, "" if i % 3 else i // 3 % 2)
        for i, one in enumerate(smiles)
    ]
    write(tmp_path / "mixtures.csv", ("one", "other", "a", "b"), rows)
    rows = [
        (f"{one}.O>>{one}O", i / 7, ("train", "test")[i % 4 == 0])
        for i, one in enumerate(smiles)
    ]
    write(tmp_path / "reactions.csv", ("reaction", "yield", "split"), rows)
    write(tmp_path / "rows.csv", ("fold",), [(i,) for i in reversed(range(24))])
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*SOLUBILITY, "--ensemble"], ["--ensemble", "--num_seeds"]),
        ([*LINKS, "--ensemble", "--num_seeds=2"], ["--ensemble", "--task=graph"]),
        ([*SOLUBILITY, "--pooling_steps=3"], ["--pooling_steps", "attentive"]),
        (
            [*GRAPHS, "--architecture=dmpnn", "--readout=jumping"],
            ["--architecture=dmpnn", "--readout=mlp"],
        ),
        ([*SOLUBILITY, "--train_rows=3"], ["--train_rows", "--split_file"]),
        (
            [*SOLUBILITY, "--split_file=rows.csv", "--split=scaffold"],
            ["--split", "--split_file"],
        ),
        ([*SOLUBILITY, "--split_file=/no/rows.csv"], ["/no/rows.csv"]),
        ([*GRAPHS, "--split_column=x"], ["--split_column", "molecules"]),
        ([*SOLUBILITY, "--target_column=logS,mass"], ["solubility.csv", "'mass'"]),
        ([*MIXTURES, "--smiles_column=one,none"], ["mixtures.csv", "'none'"]),
        ([*REACTIONS], ["reactions.csv", "several columns", "--target_column"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_flags_are_one_line(app, paths, data_dir, arguments, words):
    command = (*TINY, *paths, f"--data_dir={data_dir}", *arguments)
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (data_dir / "run" / "flags.txt").exists()


def test_a_reaction_without_an_arrow_is_one_line(app, paths, data_dir):
    path = data_dir / "reactions.csv"
    path.write_text(path.read_text() + "CCO,1.5,test\n")
    command = (*TINY, *paths, *REACTIONS, "--target_column=yield")
    code, _, err = app(train_gnn.main, *command, f"--data_dir={data_dir}")
    assert code == 2, err
    assert_one_line(err, "row 26", "reactants>>products", "'CCO'", "no arrow")


@pytest.mark.slow
def test_reactions_split_by_their_column(app, paths, data_dir):
    command = (*TINY, *paths, *REACTIONS, f"--data_dir={data_dir}")
    command += ("--target_column=yield", "--split_column=split")
    command += ("--architecture=attentive_fp", "--noexport")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert "18 to train, none to choose by, 6 to test" in err
    assert result["test_rmse"] > 0


@pytest.mark.slow
def test_ensemble_of_mixtures_is_served(app, paths, data_dir):
    command = (*TINY, *paths, *MIXTURES, f"--data_dir={data_dir}")
    command += ("--smiles_column=one,other", "--target_column=a,b", "--num_seeds=2")
    command += ("--ensemble", f"--split_file={data_dir / 'rows.csv'}")
    command += ("--architecture=dmpnn", "--train_rows=16")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert result["test_roc_auc_mean"] >= 0
    output = data_dir / "answers.csv"
    command = (f"--saved_model={result['export']}", f"--output={output}")
    code, *_ = app(predict.main, *command, f"--input={data_dir / 'mixtures.csv'}")
    assert code == 0
    with output.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert {"probability_a", "deviation_a", "predicted_b"} <= rows[0].keys()
    assert max(float(row["deviation_b"]) for row in rows) > 0


def test_files_of_a_folder_that_was_not_given_are_not_proposed(
    app, paths, data_dir, monkeypatch
):
    monkeypatch.chdir(data_dir)
    code, _, err = app(train_gnn.main, "--task=graph", *paths)
    assert code == 2
    assert_one_line(err, "--task=graph needs --dataset")
    assert "There is" not in err


def test_folds_of_values_are_one_line(app, paths, data_dir):
    command = (*TINY, *paths, f"--data_dir={data_dir}", *SOLUBILITY)
    code, _, err = app(train_gnn.main, *command, "--cross_validate")
    assert code == 2
    assert_one_line(err, "--cross_validate", "for classes")
