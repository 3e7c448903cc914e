"""Users get items, from files and by an export."""

import pytest

from kerazoo.data.graphs.southern_women import southern_women
from kerazoo.models.gnn import PreferenceConfig
from kerazoo.models.gnn import RecommenderConfig
from kerazoo.prediction import predict
from kerazoo.prediction.user_inputs import read_users
from kerazoo.serving.exporting import export
from kerazoo.tasks.gnn import Recommendation
from kerazoo.training import strategy as strategies
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv


@pytest.fixture(scope="module")
def task():
    task = Recommendation(
        recommender=RecommenderConfig("mf", embedding_size=4),
        preference=PreferenceConfig(popularity_power=0.0),
    )
    task.build(strategies.create("one_device"), train_steps=4, seed=0)
    return task


@pytest.fixture(scope="module")
def version(task, tmp_path_factory):
    serving = task.serving(task.model)
    return export(
        serving.module,
        serving.endpoints,
        tmp_path_factory.mktemp("model"),
        {"family": task.family, **task.metadata()},
        files=task.files(),
    )


def test_users_of_a_table_get_items_that_they_did_not_take(task, version, tmp_path):
    path, output = tmp_path / "users.csv", tmp_path / "items.csv"
    path.write_text(
        'town,User ID\nUlm,Flora Price\nBonn,Zoe\nKiel,\n"Bern","Evelyn Jefferson"\n'
    )
    with pytest.warns(UserWarning, match="2 of 4 users .* 'Zoe'"):
        predict(version, path, output, top_k=9)
    rows = read_csv(output)
    assert [row["town"] for row in rows] == ["Ulm", "Bonn", "Kiel", "Bern"]
    columns = [f"item{rank}" for rank in ("", *(f"_{i}" for i in range(2, 10)))]
    data = southern_women()
    users, items = task.model.represent()
    for i in (0, 3):
        user = data.user_names.index(rows[i]["User ID"])
        taken = data.train.of(user)
        scores = items.numpy() @ users.numpy()[user]
        order = [item for item in scores.argsort()[::-1] if item not in taken][:9]
        expected = [data.item_names[item] for item in order]
        blank = [""] * (9 - len(expected))
        assert [rows[i][column] for column in columns] == expected + blank
        assert numbers(rows[i : i + 1], "score")[0, 0] == pytest.approx(
            scores[order[0]], rel=1e-5
        )
    assert rows[3]["item_9"] == rows[3]["score_9"] == ""  # She took 7 of 14.
    for i in (1, 2):
        assert {rows[i][column] for column in columns} == {""}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("users.txt", "ann b\n\ncy\n", ["ann b", None, "cy"]),
        ("users.csv", "ann\ncy\n", ["ann", "cy"]),
        ("users.tsv", "ann\t3\ncy\t4\n", ["ann", "cy"]),
        ("users.csv", "town,customer\nUlm,ann\n", ["ann"]),
    ],
)
def test_users_are_read(name, text, expected, tmp_path):
    path = tmp_path / name
    path.write_text(text)
    inputs = read_users(path)
    assert [row.item for row in inputs.rows] == expected
    assert inputs.total == len(expected)
    assert all(len(row.cells) == len(inputs.columns) for row in inputs.rows)


@pytest.mark.parametrize(("top_k", "message"), [(15, "the number of items"), (0, "1")])
def test_items_are_no_more_than_there_are(top_k, message, version, tmp_path):
    path = tmp_path / "users.txt"
    path.write_text("Flora Price\n")
    with pytest.raises(ValueError, match=message):
        predict(version, path, tmp_path / "items.csv", top_k=top_k)
