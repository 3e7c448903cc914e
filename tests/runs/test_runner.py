import dataclasses
import errno
import json
import logging
import os
import pathlib
import shutil
import signal
import threading
import time
import types

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.runs import RunError
from kerazoo.runs import run
from kerazoo.serving import read_metadata
from kerazoo.training import Interrupted
from kerazoo.training import Schedule
from kerazoo.training.batch_steps import BatchSteps
from kerazoo.training.workdir import Workdir
from tests.runs.line_task import Line
from tests.runs.line_task import LineTask

SCHEDULE = Schedule(train_steps=6, eval_every=2, checkpoint_every=2, log_every=2)
MORE = Schedule(train_steps=9, eval_every=2, checkpoint_every=2, log_every=2)


@pytest.fixture(scope="module")
def finished_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "run"
    run(LineTask(), folder, SCHEDULE)
    return folder


@pytest.fixture
def finished(finished_once, tmp_path):
    """Folder of a run that is done, a copy for each test."""
    return pathlib.Path(shutil.copytree(finished_once, tmp_path / "run"))


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


def test_finished_run_is_exported_without_training(finished, tmp_path):
    first = json.loads((finished / "result.json").read_text())
    assert first["export"] is None
    second = run(LineTask(), finished, SCHEDULE, export_dir=tmp_path / "models")
    assert second["export"] == f"{tmp_path}/models/1"
    assert second["test_error"] == first["test_error"]


def test_seed_changes_the_weights(tmp_path):
    errors = [
        run(LineTask(), tmp_path / str(i), SCHEDULE, seed=seed)["test_error"]
        for i, seed in enumerate((1, 1, 2))
    ]
    assert errors[0] == errors[1] != errors[2]


def test_finished_run_is_exported_again_where_and_as_asked(tmp_path, capsys):
    folder, models = tmp_path / "run", tmp_path / "models"
    task = LineTask()
    run(task, folder, SCHEDULE, export_dir=models)
    smaller = run(LineTask(), folder, SCHEDULE, export_dir=models, export_dtype="int8")
    assert smaller["export"] == f"{models}/2"
    metadata = read_metadata(smaller["export"])
    assert metadata["dtype"] == "int8"
    served = tf.saved_model.load(smaller["export"]).signatures["serving_default"]
    np.testing.assert_allclose(
        served(x=tf.ones((1, 1)))["y"], task.model(np.ones((1, 1)))
    )
    # A kernel of one weight is its own scale; the request of zeros gives the bias.
    compared = metadata["compression"]
    assert compared["largest_difference"] == {"serving_default": {"y": 0.0}}
    assert compared["relative_time"]["serving_default"] > 0
    with pytest.raises(ValueError, match="with weights of int8"):
        kerazoo.load(models)
    again = run(LineTask(), folder, SCHEDULE, export_dir=models, export_dtype="int8")
    assert again == smaller and "Done before" in capsys.readouterr().err
    elsewhere = run(LineTask(), folder, SCHEDULE, export_dir=tmp_path / "elsewhere")
    assert elsewhere["export"] == f"{tmp_path}/elsewhere/1"
    with pytest.raises(RunError, match="export_dtype=int4"):
        run(LineTask(), tmp_path / "new", export_dir=models, export_dtype="int4")


def test_other_settings_and_data_are_refused(finished, monkeypatch):
    before = (finished / "result.json").read_text()
    with pytest.raises(RunError, match=r"slope: 2.0 became 3.0.*`workdir`"):
        run(LineTask(slope=3.0), finished, MORE)
    with pytest.raises(RunError, match="seed: 0 became 1"):
        run(LineTask(), finished, MORE, seed=1)
    monkeypatch.setattr(LineTask, "identity", lambda self: {"training_data": "other"})
    with pytest.raises(RunError, match="its training data has changed"):
        run(LineTask(), finished, MORE)
    assert (finished / "result.json").read_text() == before


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


def test_folders_that_cannot_be_written_are_found_before_the_data(tmp_path):
    (tmp_path / "file").write_text("")
    task = LineTask(slope=-1.0)  # Building it would fail.
    for folders, words in (
        ({"workdir": tmp_path / "file"}, "`workdir` must be a folder.*file is a file"),
        ({"workdir": "/proc/no"}, "`workdir` cannot be written"),
        ({"workdir": tmp_path / "run", "export_dir": tmp_path / "file"}, "`export_dir"),
        ({"workdir": tmp_path / "run", "export_dir": "/proc/no"}, "`export_dir` cann"),
    ):
        with pytest.raises(RunError, match=words):
            run(task, schedule=SCHEDULE, **folders)
    assert os.listdir(tmp_path) == ["file"]


def test_full_disk_is_found_before_the_first_step(tmp_path, monkeypatch):
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: types.SimpleNamespace(free=60_000_000)
    )
    monkeypatch.setattr(Line, "count_params", lambda self: 2_000_000)
    with pytest.raises(RunError, match="60 MB of free space, and about 112 MB"):
        run(LineTask(), tmp_path / "run", SCHEDULE)
    assert not (tmp_path / "run" / "settings.json").exists()


def test_disk_that_becomes_full_is_one_line(finished, monkeypatch):
    def full(self, *_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Workdir, "log", full)
    with pytest.raises(RunError, match="`workdir` can no longer.*is kept"):
        run(LineTask(), finished, MORE)


def test_export_that_fails_at_last_keeps_the_training(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise tf.errors.PermissionDeniedError(None, None, "not allowed")

    with monkeypatch.context() as patch:
        patch.setattr(tf.saved_model, "save", fails)
        with pytest.raises(RunError, match=r"`export_dir` cannot be written.*kept"):
            run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    assert not (tmp_path / "model").exists()
    result = run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
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


@pytest.mark.parametrize(
    "phase, number",
    [
        ("build", signal.SIGTERM),
        ("evaluate", signal.SIGTERM),
        ("measure", signal.SIGINT),
        ("pictures", signal.SIGTERM),
        ("serving", signal.SIGTERM),
    ],
)
def test_signal_is_heard_at_once_and_the_state_is_kept(
    tmp_path, monkeypatch, phase, number
):
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), number)

    def take_long(self, *_):
        threading.Timer(0.2, send).start()
        for _ in range(1_000):
            time.sleep(0.01)
        pytest.fail("not heard")

    schedule = Schedule(train_steps=6, eval_every=6)
    folders = {"workdir": tmp_path / "run", "export_dir": tmp_path / "model"}
    with monkeypatch.context() as patch:
        patch.setattr(LineTask, phase, take_long)
        with pytest.raises(Interrupted) as raised:
            run(LineTask(), schedule=schedule, **folders)
    assert time.perf_counter() - sent[0] < 2
    assert raised.value.signal_number == number
    assert raised.value.is_saved == (phase != "build")
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "run" / "result.json").exists()
    if phase != "build":  # All steps were taken.
        monkeypatch.setattr(BatchSteps, "take", lambda *_: pytest.fail("trained"))
    result = run(LineTask(), schedule=schedule, **folders)
    assert result["train_steps"] == 6 and result["best_step"] == 6
    assert result["export"] == f"{tmp_path}/model/1"


def test_signal_while_the_first_steps_compile_is_heard_at_once(tmp_path, monkeypatch):
    def stop(*_):
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("not heard")

    with monkeypatch.context() as patch:
        patch.setattr(BatchSteps, "take", stop)
        with pytest.raises(Interrupted) as raised:
            run(LineTask(), tmp_path / "run", SCHEDULE)
    assert not raised.value.is_saved
    results = [run(LineTask(), tmp_path / name, SCHEDULE) for name in ("run", "whole")]
    assert results[0]["test_error"] == results[1]["test_error"]


def test_interrupted_export_leaves_nothing(tmp_path, monkeypatch):
    save = tf.saved_model.save

    def stop(*arguments, **options):
        save(*arguments, **options)
        signal.raise_signal(signal.SIGTERM)

    run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    monkeypatch.setattr(tf.saved_model, "save", stop)
    with pytest.raises(Interrupted):
        run(LineTask(), tmp_path / "run", MORE, export_dir=tmp_path / "model")
    assert os.listdir(tmp_path / "model") == ["1"]


def test_run_stopped_in_an_evaluation_ends_as_one_that_was_not(tmp_path, monkeypatch):
    """The evaluation that was given up is made up for: the best step is the same."""
    evaluate = LineTask.evaluate
    monkeypatch.setattr(
        LineTask, "evaluate", lambda self, step: {"error": abs(step - 4.0)}
    )
    run(LineTask(), tmp_path / "whole", MORE)

    def stop(self, step):
        if step == 4:
            signal.raise_signal(signal.SIGTERM)
        return {"error": abs(step - 4.0)}

    with monkeypatch.context() as patch:
        patch.setattr(LineTask, "evaluate", stop)
        with pytest.raises(Interrupted):
            run(LineTask(), tmp_path / "parts", MORE)
    monkeypatch.setattr(
        LineTask,
        "measure",
        lambda self, best: {
            "error": evaluate(self, 0)["error"],
            "score": 0.0,
            "best_step": best.step,
        },
    )
    whole, parts = (
        run(LineTask(), tmp_path / name, MORE, export_dir=tmp_path / "model")
        for name in ("whole", "parts")
    )
    assert parts["best_step"] == 4 and parts["error"] == whole["error"]
    curves = [
        {
            line["step"]: line["eval/error"]
            for line in map(json.loads, (tmp_path / name / "metrics.jsonl").open())
            if "eval/error" in line
        }
        for name in ("whole", "parts")
    ]
    assert curves[0] == curves[1] and 4 in curves[1]


@pytest.mark.parametrize("name", ["model.json", "data.json", "settings.json"])
def test_damaged_file_is_one_line(finished, name):
    (finished / name).write_bytes(b"{\xff")
    with pytest.raises(RunError, match=f"{name} is damaged") as raised:
        run(LineTask(), finished, MORE)
    assert "\n" not in str(raised.value)


def test_damaged_notes_of_an_export_are_one_line(tmp_path):
    arguments = LineTask(), tmp_path / "run", SCHEDULE
    made = run(*arguments, export_dir=tmp_path / "models")
    file = pathlib.Path(made["export"], "assets.extra", "kerazoo.json")
    file.write_text("{")
    with pytest.raises(RunError, match="kerazoo.json is damaged"):
        run(*arguments, export_dir=tmp_path / "models")


def test_damaged_metrics_are_left_out_with_a_warning(finished):
    metrics = finished / "metrics.jsonl"
    lines = metrics.read_bytes().splitlines(keepends=True)
    metrics.write_bytes(b"\xff nothing\n" + b"".join(lines))
    with pytest.warns(UserWarning, match="metrics.jsonl is damaged: 1 of its lines"):
        run(LineTask(), finished, MORE)
    assert metrics.read_bytes().startswith(b"".join(lines))


def test_folder_of_another_task_is_named(finished):
    @dataclasses.dataclass
    class OtherTask(LineTask):
        pass

    with pytest.raises(RunError, match=r"is a run of LineTask \(line\), not of OtherT"):
        run(OtherTask(), finished, MORE)


def test_opening_says_what_is_trained_and_where(tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="kerazoo"):
        run(LineTask(), tmp_path / "run", SCHEDULE, export_dir=tmp_path / "model")
    said = "\n".join(record.getMessage() for record in caplog.records)
    for words in (
        "Device: CPU",
        "Data: slope_2",
        "Model: Line, 2 parameters",
        "Steps: 6 of 1 examples",
        f"Folder: {tmp_path}/run, export in {tmp_path}/model",
    ):
        assert words in said


def test_numbers_of_a_result_have_seven_digits(tmp_path):
    result = run(LineTask(), tmp_path, SCHEDULE)
    assert json.loads((tmp_path / "result.json").read_text()) == result
    digits = str(result["test_error"]).replace(".", "").lstrip("0")
    assert len(digits.partition("e")[0]) <= 7
