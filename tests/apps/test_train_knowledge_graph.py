"""Knowledge graphs by the commands: own triples, mistakes, answers to files."""

import csv
import json
import pathlib

import pytest

from apps import predict
from apps import train_gnn
from tests.apps.conftest import assert_one_line

TASK = "--task=knowledge_graph"


def write(folder, **parts):
    folder.mkdir(exist_ok=True)
    for part, lines in parts.items():
        (folder / f"{part}.tsv").write_text("".join(f"{x}\n" for x in lines))
    return folder


def sums(low, high):
    return [f"{i}\tplus_{j}\t{i + j}" for i in range(low, high) for j in (1, 2)]


@pytest.mark.slow
def test_own_triples_are_learnt_exported_and_asked(app, tmp_path, paths):
    folder = write(
        tmp_path / "sums", train=sums(0, 12), valid=sums(3, 4), test=sums(5, 6)
    )
    code, result, err = app(
        train_gnn.main,
        *(TASK, "--train_steps=4", "--eval_every=2", "--batch_size=8"),
        *("--decoder=transe", "--triple_loss=self_adversarial", "--corruptions=3"),
        *(
            "--triple_optimizer=adam",
            "--embedding_size=6",
            f"--data_dir={folder}",
            *paths,
        ),
    )
    assert code == 0, err
    assert "sums: 14 entities, 2 relations; triples: 24 to train" in err
    assert 0 < result["test_mrr"] <= 1
    flags = pathlib.Path(tmp_path, "run", "flags.txt").read_text()
    # What the data and the optimizer are said by is kept.
    assert "--dataset=triples" in flags and "--learning_rate=0.01" in flags

    queries, answers = tmp_path / "queries.csv", tmp_path / "answers.csv"
    queries.write_text("head,relation\n3,plus_1\n99,plus_1\n11,plus_2\n")
    code, summary, err = app(
        predict.main,
        *(f"--saved_model={tmp_path}/model", f"--input={queries}", "--top_k=14"),
        f"--output={answers}",
    )
    assert code == 0, err
    assert summary["rows"] == 3 and summary["failed"] == 1
    assert "line 3: '99', which is no entity of training" in err
    first, unknown, last = csv.DictReader(answers.open())
    names = [first["entity"], *(first[f"entity_{k}"] for k in range(2, 15))]
    # All but the known tail, 4, and a blank where none is left.
    assert sorted(names) == sorted([""] + [str(i) for i in range(14) if i != 4])
    assert unknown["entity"] == unknown["score"] == ""
    assert float(last["score"]) >= float(last["score_2"])

    queries.write_text("tail\trelation\n4\tplus_1\n")
    code, _, err = app(
        predict.main,
        *(f"--saved_model={tmp_path}/model", f"--input={queries}", "--format=jsonl"),
        *(f"--output={answers}", "--overwrite"),
    )
    assert code == 0, err
    assert json.loads(answers.read_text())["entity"] != "3"  # It is known.


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"test": ["1\tminus_1\t0"]}, ["'minus_1'", "held-out triples only"]),
        ({"train": ["1\tplus_1"]}, ["train.tsv, line 1", "head, relation and tail"]),
        ({"valid": []}, ["valid.tsv", "an empty file"]),
    ],
)
def test_mistakes_in_files_are_one_line(app, tmp_path, paths, parts, words):
    parts = {"train": sums(0, 9), "test": sums(0, 1), **parts}
    folder = write(tmp_path / "sums", **parts)
    code, _, err = app(train_gnn.main, TASK, f"--data_dir={folder}", *paths)
    assert code == 2
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset=families"], ["--dataset must be one of family_tree"]),
        (["--data_dir=/nowhere"], ["a folder or a file of triples, /nowhere"]),
        (["--dataset=family_tree", "--data_dir=/nowhere"], ["--dataset=triples"]),
        (["--dataset=own.tsv"], ["--data_dir, which may be a file itself"]),
        (["--dataset=triples"], ["--data_dir must be a folder or a file of triples"]),
        (["--decoder=mlp"], ["--decoder=mlp is not for --task=knowledge_graph"]),
        (["--margin=3"], ["--margin goes with --decoder=transe or rotate"]),
        (["--embedding_size=9"], ["--embedding_size=9 must be even"]),
        (["--corruptions=9"], ["--corruptions goes with --triple_loss=self_adv"]),
        (["--composition=multiply"], ["--relational_encoder=comp_gcn"]),
        (
            ["--export_dtype=int8", "--relational_encoder=rgcn"],
            ["--export_dtype goes with --relational_encoder=none"],
        ),
        (["--num_layers=3"], ["--relational_encoder=rgcn or comp_gcn"]),
        (
            ["--relational_encoder=comp_gcn", "--decoder=rotate"],
            ["another --decoder than rotate"],
        ),
        (
            ["--relational_encoder=comp_gcn", "--noreciprocal"],
            ["does not go with --noreciprocal"],
        ),
        (["--hidden_size=9"], ["--hidden_size does not go with"]),
        (["--architecture=gat"], ["--architecture does not go with"]),
        (["--activation=gelu"], ["--activation does not go with"]),
        (["--drop_edge=0.1"], ["--drop_edge does not go with"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_mistakes_in_flags_are_one_line(app, flags, words):
    code, _, err = app(train_gnn.main, TASK, *flags)
    assert code == 2
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--task=link", "--decoder=complex"], ["--decoder=complex", "--task=link"]),
        (["--n3_weight=1"], ["--n3_weight goes with --task=knowledge_graph"]),
    ],
)
def test_flags_of_other_tasks_are_refused(app, flags, words):
    code, _, err = app(train_gnn.main, *flags)
    assert code == 2
    assert_one_line(err, *words)
