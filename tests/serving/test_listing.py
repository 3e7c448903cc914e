import datetime
import os
import subprocess
import sys

import pytest

from kerazoo.serving.listing import list_exports
from kerazoo.serving.listing import main_metric
from tests.serving import doubling


@pytest.mark.parametrize(
    "result, expected",
    [
        ({"fid": 12.5, "kid": 0.1, "score": -12.5}, ("fid", 12.5)),
        ({"seed": 3, "mean_return": 9.0, "score": 9.0}, ("mean_return", 9.0)),
        # Chosen by validation data, told of test data.
        (
            {"validation_accuracy": 0.9, "test_accuracy": 0.8, "score": 0.9},
            ("test_accuracy", 0.8),
        ),
        ({"validation_bleu": 40.0, "bleu": 39.0, "score": 40.0}, ("bleu", 39.0)),
        ({"validation_loss": 1.5, "score": -1.5}, ("validation_loss", 1.5)),
        # Watched on training data alone.
        ({"test_accuracy": 0.8, "score": 1.0}, ("test_accuracy", 0.8)),
        ({"is_done": True, "name": "x"}, None),
        ({}, None),
    ],
)
def test_main_figure(result, expected):
    assert main_metric(result) == expected


def test_versions_are_listed_by_name_and_number(tmp_path):
    noted = {"family": "toy", "run": {"title": "toy double"}, "result": {"error": 0.5}}
    doubling.write(tmp_path / "b")
    for number in (1, 2, 10):
        (tmp_path / "a").mkdir(exist_ok=True)
        path = doubling.write(tmp_path / "a", metadata=noted)
        path.rename(tmp_path / "a" / str(number))
    (tmp_path / "c" / "3").mkdir(parents=True)  # No model.
    (tmp_path / "models.config").write_text("")
    found = list_exports(tmp_path)
    names = [(export.name, export.version) for export in found]
    assert names == [("a", 1), ("a", 2), ("a", 10), ("b", 1)]
    first, last = found[0], found[-1]
    assert (first.family, first.task, first.metric) == ("toy", "double", ("error", 0.5))
    assert (last.family, last.task, last.metric) == (None, None, None)
    assert first.parameters == 1_000 and first.size > 4_000
    assert first.path == tmp_path / "a" / "1"
    age = datetime.datetime.now(datetime.UTC) - first.created
    assert datetime.timedelta() <= age < datetime.timedelta(minutes=10)
    assert list_exports(tmp_path / "nowhere") == []


def test_export_without_notes_is_as_old_as_its_graph(tmp_path):
    (tmp_path / "model" / "1").mkdir(parents=True)
    graph = tmp_path / "model" / "1" / "saved_model.pb"
    graph.touch()
    os.utime(graph, (0, 86_400))
    (found,) = list_exports(tmp_path)
    assert found.created == datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC)
    assert found.parameters is None


def test_nothing_heavy_is_imported():
    program = (
        "import sys, kerazoo.serving.listing\n"
        "print({'tensorflow', 'keras', 'numpy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
