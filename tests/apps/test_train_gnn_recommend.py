"""`--task=recommend` from the command line."""

import pytest

from apps import train_gnn
from tests.apps.conftest import assert_one_line

TASK = ("--task=recommend",)
TINY = (*TASK, "--train_steps=2", "--embedding_size=4", "--num_layers=1", "--noexport")


@pytest.fixture
def folder(tmp_path):
    """Two folders: LightGCN's files, and a table."""
    lists, table = tmp_path / "lists", tmp_path / "table"
    lists.mkdir(), table.mkdir()
    (lists / "train.txt").write_text("ann 1 2\nbob 2 3\ncy 4 1\n")
    (lists / "test.txt").write_text("ann 3\nbob 1\n")
    rows = [f"{u},{i},{10 * u + i}\n" for u in range(3) for i in range(u, u + 4)]
    (table / "taken.csv").write_text("user,item,time\n" + "".join(rows))
    (tmp_path / "none").mkdir()
    return tmp_path


def test_own_files_are_found_and_learnt_from(app, paths, folder):
    command = (*TINY, *paths, f"--data_dir={folder}/table", "--architecture=lightgcn")
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert {"test_recall_at_1", "validation_ndcg_at_1"} <= result.keys()
    assert "taken: 3 users, 6 items" in err
    assert err.count("user in column user") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("--ranking_loss=bpr", "--similarity=dot", "--validation_share=0.4"),
        ("--ranking_loss=sampled_softmax", "--ranking_negatives=3"),
        ("--ranking_cutoff=2", "--weight_decay=0.1"),
    ],
    ids=" ".join,
)
def test_lists_are_learnt_from(app, paths, folder, arguments):
    command = (*TINY, *paths, f"--data_dir={folder}/lists", *arguments)
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    cutoff = 2 if "--ranking_cutoff=2" in arguments else 1
    assert 0 <= result[f"test_recall_at_{cutoff}"] <= 1
    assert ("best_step" in result) == ("--validation_share=0.4" in arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset=southern"], ["--dataset=southern", "southern_women"]),
        (["--dataset=lists"], ["--dataset=lists", "--data_dir"]),
        (["--data_dir=none"], ["train.txt", "--data_dir=none", "none"]),
        (["--dataset=own.csv", "--data_dir=table"], ["own.csv", "no file"]),
        (["--data_dir=table", "--user_column=who"], ["--user_column", "'who'"]),
        (["--data_dir=lists", "--user_column=user"], ["--user_column", "table"]),
        (["--data_dir=lists", "--test_share=0.5"], ["--test_share", "test.txt"]),
        (["--data_dir=table", "--test_share=0.5"], ["--test_share", "times"]),
        (
            ["--dataset=southern_women", "--data_dir=table"],
            ["--data_dir", "southern_women"],
        ),
        (["--test_share=0"], ["--test_share=0", "larger"]),
        (["--export_dtype=int8"], ["--export_dtype", "recommend"]),
        (["--target_column=item"], ["--target_column", "recommend"]),
        (["--architecture=gat"], ["--architecture=gat", "lightgcn, mf"]),
        (["--architecture=mf", "--num_layers=2"], ["--num_layers", "lightgcn"]),
        (["--ranking_negatives=3"], ["--ranking_negatives", "sampled_softmax"]),
        (
            ["--ranking_loss=sampled_softmax", "--noin_batch_negatives"],
            ["--noin_batch_negatives", "--ranking_negatives"],
        ),
        (["--hidden_size=8"], ["--hidden_size", "--task=recommend"]),
        (["--ranking_cutoff=15"], ["--ranking_cutoff=15", "14"]),
        (["--task=node", "--similarity=dot"], ["--similarity", "recommend"]),
        (["--task=node", "--architecture=mf"], ["--architecture=mf"]),
        (["--jit_compile"], ["--jit_compile"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_mistakes_are_one_line(app, paths, folder, monkeypatch, arguments, words):
    monkeypatch.chdir(folder)
    code, _, err = app(train_gnn.main, *TASK, *paths, "--noexport", *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_a_user_without_items_is_named(app, paths, folder):
    (folder / "lists" / "train.txt").write_text("ann 1 2\nbob\n")
    command = (*TASK, *paths, "--noexport", f"--data_dir={folder}/lists")
    code, _, err = app(train_gnn.main, *command)
    assert code == 2, err
    assert_one_line(err, "train.txt, line 2", "'bob'")
