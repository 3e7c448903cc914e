"""Answers about nodes by their names, of small exports of both tasks."""

import csv

import pytest

import kerazoo
from kerazoo.prediction import predict
from kerazoo.prediction.node_name_inputs import read_node_names
from kerazoo.tasks.gnn import CommunityDetection
from kerazoo.tasks.gnn import WalkEmbedding
from kerazoo.training import Schedule

TASKS = {"embed": WalkEmbedding, "community": CommunityDetection}


@pytest.fixture(scope="module", params=list(TASKS))
def exported(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    task = TASKS[request.param]("karate_club")
    schedule = Schedule(train_steps=2, eval_every=2)
    kerazoo.run(task, folder / "run", schedule, export_dir=folder / "model")
    return task, folder / "model"


@pytest.mark.slow
def test_rows_and_those_without_an_answer(exported, tmp_path):
    task, model = exported
    names = tmp_path / "names.csv"
    names.write_text("age,id\n9,member 4\n8,someone\n7,\n6,member 0\n")
    found = predict(model, names, tmp_path / "out.csv")
    assert (found["rows"], found["failed"]) == (4, 2)
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["age"] for row in rows] == ["9", "8", "7", "6"]
    if task.kind == "community":
        communities = task.communities()
        assert [rows[i]["community"] for i in (0, 3)] == [
            str(communities[4]),
            str(communities[0]),
        ]
        with pytest.raises(ValueError, match="`top_k` is for.* not for communities"):
            predict(model, names, tmp_path / "no.csv", top_k=2)
        return
    embeddings = task.embeddings()
    embeddings /= (embeddings**2).sum(axis=1, keepdims=True) ** 0.5
    cosines = embeddings @ embeddings[4]
    cosines[4] = -2
    assert rows[0]["similar"] == f"member {cosines.argmax()}"
    assert float(rows[0]["cosine"]) == pytest.approx(cosines.max(), abs=1e-4)
    predict(model, names, tmp_path / "more.csv", top_k=33)
    with pytest.raises(ValueError, match="`top_k` must be from 1 to 33"):
        predict(model, names, tmp_path / "no.csv", top_k=34)


def test_lists_and_tables_of_names(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"ann\n\nb\xffb\n")
    rows = read_node_names(path).rows
    assert [row.item for row in rows] == ["ann", None, None]
    assert rows[1].problem == "no name of a node" and "UTF-8" in rows[2].problem
    table = tmp_path / "names.tsv"
    table.write_text("ann\t1\nbob\t2\n")
    inputs = read_node_names(table)
    assert inputs.columns == ["id", "column_2"]
    assert [row.item for row in inputs.rows] == ["ann", "bob"]
    table.write_text("node\tage\n")
    with pytest.raises(ValueError, match="only a header"):
        read_node_names(table)
