"""`--task=influence` from the command line."""

import pytest

from apps import train_gnn
from tests.apps.conftest import assert_one_line

TASK = ("--task=influence", "--spread_cascades=200")
TINY = (
    *(*TASK, "--train_steps=2", "--hidden_size=4", "--num_layers=1"),
    *("--training_graphs=2", "--training_nodes=10", "--cascade_rounds=2"),
    "--noexport",
)


@pytest.fixture
def friends(tmp_path):
    """A folder of a file of edges: two stars."""
    lines = [f"a {leaf}" for leaf in "bcde"] + [f"f {leaf}" for leaf in "ghi"]
    (tmp_path / "friends.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "weights.txt").write_text("a b 0.5\nb c 3\n")
    return tmp_path


def test_seeds_of_a_file_of_edges(app, paths, friends):
    files = f"--data_dir={friends}", "--dataset=friends.txt"
    more = "--seed_nodes=2", "--cascade_probability=0.5"
    code, result, err = app(train_gnn.main, *TINY, *paths, *files, *more)
    assert code == 0, err
    # The middles of both, half of whose leaves become active.
    assert result["seeds"] == ["a", "f"]
    assert result["spread"] == pytest.approx(2 + 7 / 2, abs=0.4)
    assert result["celf_spread"] == pytest.approx(result["spread"], abs=0.4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed_nodes=35"], ["--seed_nodes", "34"]),
        (["--architecture=gat"], ["--architecture", "--task=influence"]),
        (["--dropout=0.2"], ["--dropout", "--task=influence"]),
        (["--labels_file=a.txt"], ["--labels_file", "--task=embed or community"]),
        (["--cascade_probability=1.5"], ["cascade_probability"]),
        (["--task=node", "--seed_nodes=3"], ["--seed_nodes", "--task=influence"]),
        (["--dataset=citations"], ["citations", "karate_club"]),
        (["--directed"], ["--directed", "tables"]),
        (["DATA"], ["friends.txt", "--dataset"]),
        (["DATA", "--dataset=no.txt"], ["no.txt"]),
        (
            ["DATA", "--dataset=weights.txt", "--seed_nodes=1"],
            ["weights", "from 0 to 1", "3"],
        ),
    ],
    ids=lambda value: " ".join(value),
)
def test_mistakes_are_one_line(arguments, words, app, paths, friends):
    command = [f"--data_dir={friends}" if a == "DATA" else a for a in arguments]
    code, _, err = app(train_gnn.main, *TASK, *paths, *command)
    assert code == 2, err
    assert_one_line(err, *words)
