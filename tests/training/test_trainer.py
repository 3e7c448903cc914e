import itertools
import json
import math
import signal
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import batch_steps
from kerazoo.training import strategy as strategies
from kerazoo.training.base_task import BaseTask
from kerazoo.training.interruption import Interrupted
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_noise import separate_noise
from kerazoo.training.schedule import Schedule
from kerazoo.training.trainer import Trainer
from kerazoo.training.workdir import Workdir

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(32, 6)).astype("float32")
TARGETS = (INPUTS[:, :1] ** 2).astype("float32")
BATCH_SIZE = 8


def strategy_of(replicas):
    if replicas == 1:
        return strategies.create("one_device")
    return strategies.create("mirrored", num_devices=replicas)


class Network(ReplicaModel):
    def __init__(self, dropout):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="tanh")
        self.dropout = keras.layers.Dropout(dropout, seed=3)
        self.head = keras.layers.Dense(1)
        self(INPUTS)

    def call(self, inputs, training=False):
        return self.head(self.dropout(self.hidden(inputs), training=training))


class Fixed(BaseTask):
    """A task of a model that is there."""

    family = "test"

    def __init__(self, model, variables, evaluate=None, **attributes):
        self.model = model
        self._variables = variables
        self._evaluate = evaluate or (lambda step: {})
        for name, value in attributes.items():
            setattr(self, name, value)

    def variables(self):
        return self._variables

    def evaluate(self, step):
        return self._evaluate(step)


@pytest.fixture
def workdir(tmp_path):
    workdir = Workdir(tmp_path / "run")
    yield workdir
    workdir.close()


def regression(
    replicas, train_steps, seed=0, dropout=0.5, eval_every=3, jit_compile=False
):
    """A trainer of a small network with dropout on shuffled batches."""
    strategy = strategy_of(replicas)
    keras.utils.set_random_seed(seed)
    with strategy.scope():
        model = Network(dropout)
        model.compile(keras.optimizers.Adam(0.01), keras.losses.mean_squared_error)
        model.optimizer.build(model.trainable_variables)
    separate_noise(model)
    size = BATCH_SIZE // replicas

    def batch(number):
        step, part = number // replicas, number % replicas
        rows = tf.random.experimental.stateless_shuffle(tf.range(32), (5, step))
        rows = rows[part * size : (part + 1) * size]
        return tf.gather(INPUTS, rows), tf.gather(TARGETS, rows)

    task = Fixed(
        model,
        [*model.variables, *model.optimizer.variables],
        lambda step: {"size": np.abs(model.get_weights()[0]).sum()},
        batches=lambda start, _: tf.data.Dataset.counter(start * replicas).map(batch),
        objective="size",
    )
    schedule = Schedule(train_steps, eval_every, checkpoint_every=4, log_every=2)
    return Trainer(task, strategy, schedule, jit_compile)


def counting(schedule, loss=lambda step: step, evaluate=None, strategy=None, **more):
    """A trainer whose only weight counts the steps; `evaluate` maps it to metrics."""
    strategy = strategy or strategies.create("one_device")
    with strategy.scope():
        inputs = keras.Input((1,))
        dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        model = keras.Model(inputs, dense(inputs))
    kernel = model.weights[0].value

    def train_step():
        kernel.assign_add([[1.0]])
        return {"loss": loss(kernel[0, 0]), "a_step": kernel[0, 0]}

    task = Fixed(model, model.variables, evaluate, **{"train_step": train_step, **more})
    return Trainer(task, strategy, schedule)


def steps_of(trainer):
    return int(trainer.task.model.get_weights()[0][0, 0])


def variables_of(trainer):
    model = trainer.task.model
    return [np.array(v) for v in [*model.variables, *model.optimizer.variables]]


def read_metrics(workdir):
    lines = (workdir.path / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def assert_same_run(trainer, other):
    for one, two in zip(variables_of(trainer), variables_of(other), strict=True):
        np.testing.assert_array_equal(one, two)
    assert trainer.step == other.step
    assert trainer.best.step == other.best.step
    assert trainer.best.metrics == other.best.metrics


@pytest.mark.parametrize("replicas", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_run_in_two_parts_ends_as_one_in_one_go(tmp_path, replicas):
    whole = regression(replicas, train_steps=10, eval_every=5)
    whole.fit(Workdir(tmp_path / "whole"))
    for part, train_steps in enumerate((5, 10)):
        parts = regression(replicas, train_steps, seed=part, eval_every=5)
        workdir = Workdir(tmp_path / "parts")
        parts.fit(workdir)
        assert parts.step == train_steps
        workdir.close()
    assert_same_run(parts, whole)


def test_killed_run_goes_on_and_reports_as_one_that_was_not(tmp_path):
    whole = regression(1, train_steps=12)
    whole_workdir = Workdir(tmp_path / "whole")
    whole.fit(whole_workdir)
    workdir = Workdir(tmp_path / "killed")
    killed = regression(1, train_steps=12)
    evaluate = killed.task.evaluate

    def die(step):
        if step == 6:
            raise RuntimeError("killed")
        return evaluate(step)

    killed.task.evaluate = die
    with pytest.raises(RuntimeError, match="killed"):
        killed.fit(workdir)
    workdir.close()
    workdir = Workdir(tmp_path / "killed")
    resumed = regression(1, train_steps=12, seed=9)
    resumed.fit(workdir)
    assert_same_run(resumed, whole)
    reports = [read_metrics(w) for w in (workdir, whole_workdir)]
    for report in itertools.chain(*reports):
        report.pop("steps_per_second", None)
    assert reports[0] == reports[1]


def test_one_replica_trains_as_two(tmp_path):
    one, two = (regression(r, train_steps=8, dropout=0.0) for r in (1, 2))
    one.fit(Workdir(tmp_path / "one"))
    two.fit(Workdir(tmp_path / "two"))
    for ours, theirs in zip(two.task.model.get_weights(), one.task.model.get_weights()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_compiled_step_trains_the_same(tmp_path):
    plain = regression(1, train_steps=5, dropout=0.0)
    compiled = regression(1, train_steps=5, dropout=0.0, jit_compile=True)
    plain.fit(Workdir(tmp_path / "plain"))
    compiled.fit(Workdir(tmp_path / "compiled"))
    for ours, theirs in zip(
        compiled.task.model.get_weights(), plain.task.model.get_weights()
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("call_seconds", [0.0, 100.0], ids=["single steps", "long"])
def test_events_at_their_steps_when_periods_do_not_divide(
    workdir, monkeypatch, call_seconds
):
    monkeypatch.setattr(batch_steps, "_CALL_SECONDS", call_seconds)
    saved = []
    save = workdir.checkpoints.save
    monkeypatch.setattr(
        workdir.checkpoints,
        "save",
        lambda step, *args, **kwargs: saved.append(step) or save(step, *args, **kwargs),
    )
    trainer = counting(
        Schedule(train_steps=14, eval_every=3, checkpoint_every=5, log_every=4),
        evaluate=lambda step: {"score": np.float32(2 * step)},
    )
    trainer.fit(workdir)
    assert steps_of(trainer) == trainer.step == 14
    assert saved == [5, 10, 14]
    reports = read_metrics(workdir)
    evaluations = [r for r in reports if "eval/score" in r]
    assert evaluations == [{"step": s, "eval/score": 2 * s} for s in (3, 6, 9, 12, 14)]
    logs = [r for r in reports if "loss" in r]
    assert [(r["step"], r["loss"], r["a_step"]) for r in logs] == [
        (4, 2.5, 2.5),  # Means over the steps since the report before.
        (8, 6.5, 6.5),
        (12, 10.5, 10.5),
        (14, 13.5, 13.5),
    ]
    assert all(r["steps_per_second"] > 0 for r in logs)
    assert len(evaluations) + len(logs) == len(reports)


def test_rate_leaves_out_the_call_that_compiles(workdir):
    counting(Schedule(train_steps=3, log_every=1)).fit(workdir)
    rates = [report.get("steps_per_second", 0) for report in read_metrics(workdir)]
    assert len(rates) == 3
    assert max(rates) < 1e6


def test_next_event_is_the_first_multiple_of_a_period():
    schedule = Schedule(train_steps=23, eval_every=6, checkpoint_every=10, log_every=4)
    for step in range(23):
        later = range(step + 1, 24)
        events = [s for s in later if not (s % 6 and s % 10 and s % 4) or s == 23]
        assert schedule.next_event(step) == events[0]


@pytest.mark.parametrize("replicas", [1, 2])
def test_train_step_without_batches(workdir, replicas):
    strategy = strategy_of(replicas)
    trainer = counting(Schedule(train_steps=7), strategy=strategy)
    assert not trainer.finished
    trainer.fit(workdir)
    assert trainer.finished
    values = strategy.experimental_local_results(trainer.task.model.weights[0].value)
    assert [float(v[0, 0]) for v in values] == [7] * replicas


def test_interruption_saves_and_raises(workdir):
    schedule = Schedule(train_steps=20, eval_every=3, checkpoint_every=100)
    interruption = types.SimpleNamespace(requested=None)

    def evaluate(step):
        if step == 6:
            interruption.requested = signal.SIGTERM
        return {"score": step}

    trainer = counting(schedule, evaluate=evaluate, objective="score")
    with pytest.raises(Interrupted) as raised:
        trainer.fit(workdir, interruption)
    assert raised.value.signal_number == signal.SIGTERM
    assert workdir.checkpoints.latest().name == "000000000006"
    resumed = counting(schedule, evaluate=evaluate, objective="score")
    resumed.fit(workdir, types.SimpleNamespace(requested=None))
    assert steps_of(resumed) == resumed.step == 20
    assert resumed.seconds > trainer.seconds > 0
    assert resumed.summary()["train_steps"] == 20
    assert resumed.summary()["wall_seconds"] == resumed.seconds


@pytest.mark.parametrize("mode", ["max", "min"])
def test_best_weights_and_patience(workdir, mode):
    sign = 1 if mode == "max" else -1
    scores = {2: 0.1, 4: 0.5, 6: 0.5, 8: 0.3, 10: 0.2, 12: 0.9}
    trainer = counting(
        Schedule(train_steps=100, eval_every=2, patience=3),
        evaluate=lambda step: {"score": sign * scores[step], "step": step},
        objective="score",
        mode=mode,
    )
    trainer.fit(workdir)
    assert trainer.finished
    assert trainer.step == 10  # A score as good as the best is not better.
    assert trainer.best.step == 4
    assert trainer.best.metrics == {"score": sign * 0.5, "step": 4}
    assert steps_of(trainer) == 10
    trainer.load_best()
    assert steps_of(trainer) == 4
    assert [int(p.name) for p in workdir.best.paths()] == [4]
    again = counting(
        Schedule(train_steps=100, eval_every=2, patience=3), objective="score"
    )
    again.fit(workdir)
    assert again.step == 10
    again.load_best()
    assert steps_of(again) == 4


def test_finished_run_whose_best_model_is_damaged_is_evaluated(workdir):
    schedule = Schedule(6, eval_every=2, checkpoint_every=2, log_every=2)
    arguments = {"evaluate": lambda step: {"value": -step}, "objective": "value"}
    counting(schedule, **arguments).fit(workdir)
    file = workdir.best.path(2) / "arrays.npz"
    file.write_bytes(file.read_bytes()[:-9])
    trainer = counting(schedule, **arguments)
    with pytest.warns(UserWarning, match="000002 is damaged"):
        trainer.fit(workdir)
    assert trainer.best.step == 6 and trainer.best.metrics == {"value": -6}
    assert workdir.best.latest() == workdir.best.path(6)


def test_more_patience_goes_on(workdir):
    def run(patience):
        trainer = counting(
            Schedule(train_steps=9, eval_every=1, patience=patience),
            evaluate=lambda step: {"score": -abs(step - 1)},
            objective="score",
        )
        trainer.fit(workdir)
        return trainer.step, trainer.best.step

    assert run(patience=2) == (3, 1)
    assert run(patience=4) == (5, 1)
    assert run(patience=None) == (9, 1)


def test_patience_counts_right_after_a_kill_between_best_and_checkpoint(workdir):
    scores = {**dict.fromkeys(range(1, 20), 0.1), 4: 0.5, 7: 0.9}

    def trainer():
        return counting(
            Schedule(train_steps=20, eval_every=1, checkpoint_every=4, patience=3),
            evaluate=lambda step: {"score": scores[step]},
            objective="score",
        )

    save = workdir.checkpoints.save

    def die(step, *args, **kwargs):
        if step == 8:
            raise RuntimeError("killed")
        return save(step, *args, **kwargs)

    workdir.checkpoints.save = die
    with pytest.raises(RuntimeError, match="killed"):
        trainer().fit(workdir)
    workdir.checkpoints.save = save
    assert workdir.checkpoints.latest().name == "000000000004"
    resumed = trainer()
    resumed.fit(workdir)
    assert (resumed.best.step, resumed.step) == (7, 10)


def test_without_an_objective_no_weights_are_best(workdir):
    trainer = counting(
        Schedule(train_steps=4, eval_every=2), evaluate=lambda step: {"score": step}
    )
    trainer.fit(workdir)
    assert trainer.best.step is None
    assert workdir.best.latest() is None
    trainer.load_best()
    assert steps_of(trainer) == 4


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_loss_that_is_not_finite_stops_before_it_is_saved(workdir, value):
    trainer = counting(
        Schedule(train_steps=20, checkpoint_every=4, log_every=20),
        loss=lambda step: tf.where(step == 6, value, step),
    )
    with pytest.raises(FloatingPointError) as raised:
        trainer.fit(workdir)
    message = str(raised.value)
    assert f"became {value} at step 6" in message
    assert str(workdir.checkpoints.path(4)) in message
    assert "\n" not in message
    assert [int(p.name) for p in workdir.checkpoints.paths()] == [4]


def test_loss_that_is_not_finite_before_any_checkpoint(workdir):
    trainer = counting(Schedule(train_steps=20), loss=lambda step: math.nan * step)
    with pytest.raises(FloatingPointError, match="at step 1.*checkpoint: None"):
        trainer.fit(workdir)


def test_unknown_mode_raises():
    with pytest.raises(ValueError, match="max or min. Received: mode=most"):
        counting(Schedule(train_steps=1), mode="most")


def test_metrics_of_some_steps_are_means_of_those(workdir, capsys):
    """NaN is none, and what has a slash in its name is not for the screen."""

    def train_step():
        step.assign_add(1.0)
        return {
            "loss": step,
            "by_step/odd": tf.where(step % 2 > 0, step, np.nan),
            "by_step/none": tf.constant(np.nan),
        }

    step = tf.Variable(0.0)
    trainer = counting(Schedule(4, log_every=4), train_step=train_step)
    trainer.fit(workdir)
    (line,) = (workdir.path / "metrics.jsonl").read_text().splitlines()
    logged = json.loads(line)
    assert logged["by_step/odd"] == 2.0 and logged["loss"] == 2.5
    assert "by_step/none" not in logged
    assert "by_step" not in capsys.readouterr().err


def test_target_ends_training_and_is_kept(workdir):
    def trainer(target):
        return counting(
            Schedule(train_steps=9, eval_every=2, target=target),
            evaluate=lambda step: {"score": step},
            target_metric="score",
        )

    first = trainer(target=5)
    first.fit(workdir)
    assert first.finished and first.step == 6
    again = trainer(target=6)
    again.fit(workdir)
    assert again.step == 6  # It knows that it was met.
    more = trainer(target=7)
    more.fit(workdir)
    assert more.step == 8


def test_concern_names_the_step_and_the_best_so_far(workdir):
    trainer = counting(
        Schedule(train_steps=4, eval_every=2),
        evaluate=lambda step: {"score": -step},
        objective="score",
        concern=lambda: "values run away",
    )
    with pytest.warns(UserWarning) as warned:
        trainer.fit(workdir)
    messages = [str(w.message) for w in warned if w.category is UserWarning]
    assert messages[0].startswith("step 2: values run away. Last good checkpoint")
    assert messages[1].startswith("step 4: values run away. The best so far, of step 2")


def test_divergence_in_an_evaluation_names_step_and_checkpoint(workdir):
    def evaluate(step):
        if step == 6:
            raise FloatingPointError("Values are no longer finite")
        return {"score": step}

    trainer = counting(
        Schedule(train_steps=9, eval_every=3, checkpoint_every=3), evaluate=evaluate
    )
    with pytest.raises(FloatingPointError, match="finite at step 6.*000000000003"):
        trainer.fit(workdir)


def test_samples_are_pictures_and_lines(workdir, capsys):
    png = tf.io.encode_png(tf.zeros((2, 2, 3), tf.uint8)).numpy()
    trainer = counting(
        Schedule(train_steps=4, eval_every=4, sample_every=2),
        sample=lambda step: {"picture": png, "text": [f"line of {step}"]},
    )
    trainer.fit(workdir)
    assert (workdir.path / "picture.png").read_bytes() == png
    err = capsys.readouterr().err
    assert "'line of 2'" in err and "'line of 4'" in err
