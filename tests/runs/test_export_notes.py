import json
import pathlib
import re
import types

import numpy as np
import tensorflow as tf

from kerazoo.runs import run
from kerazoo.serving.exported import read_metadata
from kerazoo.training import ModelCard
from kerazoo.training import Schedule
from tests.runs.line_task import LineTask

SCHEDULE = Schedule(train_steps=6, eval_every=2, checkpoint_every=2, log_every=2)


class Described(LineTask):
    def card(self):
        return ModelCard(
            summary="Learns a line.",
            intended_use="To test cards.",
            limitations=("Only lines.", "Only between -1 and 1."),
            measured_on="16 points",
            licence="of nobody",
            data_digest="abc",
        )


def test_export_says_what_the_run_knows(tmp_path):
    folder, models = tmp_path / "run", tmp_path / "models" / "line"
    result = run(Described(), folder, SCHEDULE, export_dir=models, seed=3)
    written = json.loads((folder / "result.json").read_text())
    path = pathlib.Path(written.pop("export"))
    noted = read_metadata(path)
    assert noted["result"] == written
    assert (noted["family"], noted["slope"]) == ("line", 2.0)  # As before.
    assert noted["card"] == {
        "data": "slope_2",
        "summary": "Learns a line.",
        "intended_use": "To test cards.",
        "limitations": ["Only lines.", "Only between -1 and 1."],
        "measured_on": "16 points",
        "licence": "of nobody",
        "data_digest": "abc",
    }
    about = noted["run"]
    assert about["seed"] == 3 and about["device"].startswith("CPU with")
    assert about["task"] == "Described (line)"
    assert about["settings"]["slope"] == 2.0 and about["settings"]["train_steps"] == 6
    assert noted["parameters"] == 2

    card = (path / "assets.extra" / "README.md").read_text()
    figures = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", card, re.MULTILINE))
    assert {name: json.loads(value) for name, value in figures.items()} == written
    for words in ("Learns a line.", "16 points", "- Only lines.", "of nobody", "abc"):
        assert words in card
    assert result["export"] == str(path)


def test_tasks_that_say_nothing_have_a_card_too(tmp_path):
    result = run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    card = pathlib.Path(result["export"], "assets.extra", "README.md").read_text()
    assert "Nothing is noted about" in card and "test_error" in card


def test_record_without_a_way_to_repeat_is_taken(tmp_path):
    record = types.SimpleNamespace(check=lambda _: False, write=lambda _: None)
    folders = {"workdir": tmp_path / "run", "export_dir": tmp_path / "model"}
    result = run(LineTask(), schedule=SCHEDULE, record=record, **folders)
    assert "settings" not in read_metadata(result["export"])["run"]


def test_served_answers_are_those_that_were_stored(tmp_path):
    from kerazoo.serving.recorded_requests import read_recorded

    result = run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    extra = pathlib.Path(result["export"], "assets.extra")
    (recorded,) = read_recorded(extra / "expected_outputs")
    served = tf.saved_model.load(result["export"]).signatures["serving_default"]
    outputs = served(x=tf.constant(recorded.inputs["x"]))
    np.testing.assert_array_equal(outputs["y"], recorded.outputs["y"])
