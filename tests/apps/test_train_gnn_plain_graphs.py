"""Embeddings and communities by `apps.train_gnn`."""

import json
import pathlib

import numpy as np
import pytest

from apps import train_gnn
from kerazoo.serving.check import run_without_python
from tests.apps.conftest import assert_one_line
from tests.apps.graph_examples import TINY

EMBED = ("--task=embed", "--hidden_size=8", "--embedding_size=4")
COMMUNITY = ("--task=community", "--hidden_size=8")


@pytest.fixture
def friends(tmp_path):
    """A folder of a file of edges, two triangles with a bridge, and of classes."""
    lines = ["a b", "b c", "a c", "c d", "d e", "e f", "d f"]
    (tmp_path / "friends.txt").write_text("\n".join(lines) + "\n")
    sides = [f"{name} {side}" for name, side in zip("abcdef", "lllrrr")]
    (tmp_path / "sides.txt").write_text("\n".join(sides) + "\n")
    (tmp_path / "one.txt").write_text("a b\n")
    (tmp_path / "own.csv").write_text("a,b\n")
    return tmp_path


@pytest.mark.parametrize(
    "method",
    ["node2vec", *(pytest.param(m, marks=pytest.mark.slow) for m in ("dgi", "grace"))],
)
def test_embeddings_of_the_bare_command(method, app, paths):
    command = [a for a in EMBED if method != "node2vec" or "hidden" not in a]
    method = f"--embedding_method={method}"
    code, result, err = app(train_gnn.main, *TINY, *paths, *command, method)
    assert code == 0, err
    assert np.isfinite(result["test_accuracy"])
    path = pathlib.Path(result["export"], "assets.extra", "kerazoo.json")
    metadata = json.loads(path.read_text())
    assert metadata["task"] == "embed" and metadata["dataset"] == "karate_club_embed"
    ids = np.array([b"member 5"], object)
    found = run_without_python(result["export"], {"ids": ids}, "embed")
    assert found["embeddings"].shape == (1, 4)


@pytest.mark.slow
def test_communities_of_a_file_of_edges(app, paths, friends):
    files = f"--data_dir={friends}", "--dataset=friends.txt", "--labels_file=sides.txt"
    code, result, err = app(
        train_gnn.main, *TINY, *paths, *COMMUNITY, *files, "--num_communities=2"
    )
    assert code == 0, err
    # Two triangles: 6/7 of the edges within, each with half of the degrees.
    assert result["modularity"] == pytest.approx(6 / 7 - 1 / 2)
    assert result["nmi"] == result["ari"] == pytest.approx(1)
    assert result["louvain_modularity"] == pytest.approx(6 / 7 - 1 / 2)
    ids = np.array([b"a", b"e", b"b"], object)
    found = run_without_python(result["export"], {"ids": ids}, "communities")
    first, second, third = found["community"].tolist()
    assert first == third != second


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--num_communities=3"], ["--num_communities", "--task=community"]),
        (["--walk_length=3"], ["--walk_length", "--task=embed"]),
        ([*EMBED, "--walk_length=3"], ["--walk_length", "=node2vec"]),
        (
            ["--task=embed", "--embedding_method=dgi", "--edge_drop=0,0.1"],
            ["--edge_drop", "=grace"],
        ),
        (
            [*EMBED, "--embedding_method=node2vec"],
            ["--hidden_size", "grace or dgi"],
        ),
        (
            ["--task=embed", "--embedding_method=node2vec", "--walk_length=3"],
            ["--walk_window=5", "--walk_length=3"],
        ),
        (
            ["--task=embed", "--embedding_method=node2vec", "--export_dtype=int8"],
            ["--export_dtype", "grace or dgi"],
        ),
        ([*EMBED, "--edge_drop=0.1"], ["edge_drop", "two numbers"]),
        ([*EMBED, "--feature_drop=0.1,1"], ["feature_drop", "below 1"]),
        ([*COMMUNITY, "--num_communities=1"], ["num_communities"]),
        ([*COMMUNITY, "--labels_file=a.txt"], ["--labels_file", "file of edges"]),
        ([*COMMUNITY, "--dataset=citations"], ["citations", "karate_club"]),
        ([*COMMUNITY, "--directed"], ["--directed"]),
        ([*COMMUNITY, "DATA"], ["friends.txt", "--dataset"]),
        ([*COMMUNITY, "DATA", "--dataset=no.txt"], ["no.txt"]),
        ([*COMMUNITY, "DATA", "--dataset=own.csv"], ["own.csv must end in", "rename"]),
        ([*EMBED, "--data_dir=/no/such"], ["a folder /no/such"]),
        (
            [*COMMUNITY, "--community_loss=modularity", "--collapse_weight=2"],
            ["--collapse_weight", "dmon"],
        ),
        (
            [*COMMUNITY, "--norefine_communities", "--merge_gain=1"],
            ["--merge_gain", "--norefine_communities"],
        ),
        (
            [*EMBED, "DATA", "--dataset=one.txt"],
            ["--held_out_edges=0.1", "1 edges", "use 0"],
        ),
        (
            [*COMMUNITY, "DATA", "--dataset=friends.txt", "--labels_file=no.txt"],
            ["no.txt"],
        ),
        (
            [*EMBED, "DATA", "--dataset=sides.txt", "--labels_file=friends.txt"],
            ["friends.txt, line 3", "'b' and 'c'"],
        ),
    ],
    ids=lambda value: " ".join(value),
)
def test_mistakes_are_one_line(arguments, words, app, paths, friends):
    command = [f"--data_dir={friends}" if a == "DATA" else a for a in arguments]
    code, _, err = app(train_gnn.main, *TINY, *paths, *command)
    assert code == 2, err
    assert_one_line(err, *words)
