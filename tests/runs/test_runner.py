import json
import signal

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.runs import RunError
from kerazoo.runs import run
from kerazoo.training import Interrupted
from kerazoo.training import Schedule
from kerazoo.training.workdir import Workdir
from tests.runs.line_task import LineTask

SCHEDULE = Schedule(train_steps=6, eval_every=2, checkpoint_every=2, log_every=2)
MORE = Schedule(train_steps=9, eval_every=2, checkpoint_every=2, log_every=2)


def test_trains_measures_exports_and_goes_on(tmp_path, capsys):
    folder, models = tmp_path / "run", tmp_path / "models"
    task = LineTask()
    result = run(task, folder, SCHEDULE, export_dir=models)
    assert result == json.loads((folder / "result.json").read_text())
    assert result["train_steps"] == 6 and result["best_step"] == 6
    assert result["export"] == f"{models}/1"
    assert result["startup_seconds"] > 0
    assert task.closed
    assert (folder / "line.png").exists() and (folder / "metrics.jsonl").exists()
    served = tf.saved_model.load(result["export"]).signatures["serving_default"]
    x = np.float32([[0.5], [2.0]])
    np.testing.assert_allclose(served(x=tf.constant(x))["y"], task.model(x), rtol=1e-6)
    for path in (folder, models, models / "1"):
        np.testing.assert_array_equal(kerazoo.load(path)(x), task.model(x))

    capsys.readouterr()
    assert run(LineTask(), folder, SCHEDULE, export_dir=models) == result
    assert "Done before" in capsys.readouterr().err
    more = run(LineTask(note="may change"), folder, MORE)
    assert "Going on from step 6" in capsys.readouterr().err
    assert more["train_steps"] == 9 and more["export"] is None
    assert more["test_error"] < result["test_error"]
    # The same steps in one go end in the same numbers.
    whole = run(LineTask(), tmp_path / "whole", MORE)
    assert whole["test_error"] == more["test_error"]


def test_finished_run_is_exported_without_training(tmp_path):
    first = run(LineTask(), tmp_path / "run", SCHEDULE)
    assert first["export"] is None
    second = run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "models")
    assert second["export"] == f"{tmp_path}/models/1"
    assert second["test_error"] == first["test_error"]


def test_seed_changes_the_weights(tmp_path):
    errors = [
        run(LineTask(), tmp_path / str(i), SCHEDULE, seed=seed)["test_error"]
        for i, seed in enumerate((1, 1, 2))
    ]
    assert errors[0] == errors[1] != errors[2]


def test_other_settings_and_data_are_refused(tmp_path, monkeypatch):
    run(LineTask(), tmp_path, SCHEDULE)
    before = (tmp_path / "result.json").read_text()
    with pytest.raises(RunError, match=r"slope: 2.0 became 3.0.*`workdir`"):
        run(LineTask(slope=3.0), tmp_path, MORE)
    with pytest.raises(RunError, match="seed: 0 became 1"):
        run(LineTask(), tmp_path, MORE, seed=1)
    monkeypatch.setattr(LineTask, "identity", lambda self: {"training_data": "other"})
    with pytest.raises(RunError, match="its training data has changed"):
        run(LineTask(), tmp_path, MORE)
    assert (tmp_path / "result.json").read_text() == before


def test_mistake_is_a_run_error_and_leaves_no_run(tmp_path):
    with pytest.raises(RunError, match="slope=-1"):
        run(LineTask(slope=-1.0), tmp_path / "run", SCHEDULE)
    assert not (tmp_path / "run" / "settings.json").exists()


def test_exceptions_that_a_task_names_are_mistakes(tmp_path, monkeypatch):
    def build(self, *_):
        raise KeyError("no such thing")

    monkeypatch.setattr(LineTask, "build", build)
    with pytest.raises(KeyError):
        run(LineTask(), tmp_path, SCHEDULE)
    monkeypatch.setattr(LineTask, "mistakes", (KeyError,))
    with pytest.raises(RunError, match="no such thing"):
        run(LineTask(), tmp_path, SCHEDULE)


def test_programming_errors_pass_through(tmp_path, monkeypatch):
    def evaluate(self, step):
        raise TypeError("a bug")

    monkeypatch.setattr(LineTask, "evaluate", evaluate)
    with pytest.raises(TypeError, match="a bug"):
        run(LineTask(), tmp_path, SCHEDULE)


def test_folder_in_use_is_refused(tmp_path):
    with Workdir(tmp_path), pytest.raises(RunError, match="Another process"):
        run(LineTask(), tmp_path, SCHEDULE)


def test_export_that_cannot_be_written_keeps_the_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"`export_dir` cannot be written.*kept"):
        run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "file")
    result = run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "good")
    assert result["train_steps"] == 6


def test_signal_saves_and_the_same_call_goes_on(tmp_path, monkeypatch, capsys):
    evaluate = LineTask.evaluate

    def stop(self, step):
        if step == 4:
            signal.raise_signal(signal.SIGTERM)
        return evaluate(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(LineTask, "evaluate", stop)
        with pytest.raises(Interrupted) as raised:
            run(LineTask(), tmp_path, MORE)
    assert raised.value.signal_number == signal.SIGTERM
    assert run(LineTask(), tmp_path, MORE)["train_steps"] == 9
    assert "Going on from step 4" in capsys.readouterr().err
