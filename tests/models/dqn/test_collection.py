import dataclasses
import json
import math

import gymnasium
import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models import dqn
from kerazoo.tasks.dqn import DiscreteControl
from kerazoo.training import Interrupted
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

DISCOUNT = 0.5
SCHEDULE = {  # Of whole blocks: one of another length is traced anew.
    "train_steps": 576,
    "eval_every": 192,
    "checkpoint_every": 192,
    "log_every": 96,
}
SLOW = pytest.mark.slow


class Countdown(gymnasium.Env):
    """Four steps of reward 1, the step one-hot; ends terminated or truncated."""

    observation_space = gymnasium.spaces.Box(0, 1, (5,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, truncates=False):
        self.truncates = truncates

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        self.time += 1
        ends = self.time == 4
        return (
            self._observe(),
            1.0,
            ends and not self.truncates,
            ends and self.truncates,
            {},
        )

    def _observe(self):
        return np.eye(5, dtype=np.float32)[self.time]


def make_trainer(
    strategy=None,
    n_step=2,
    seed=0,
    epsilon=1.0,
    gradient_clipping=0.0,
    env_kwargs=None,
    block_length=32,
    gradient_steps_per_env_step=1.0,
    jit_compile=False,  # Compiling takes longer than these runs.
    **schedule,
):
    strategy = strategy or strategies.create("one_device")
    task = DiscreteControl(
        Countdown,
        env_kwargs or {},
        num_envs=2,
        batch_size=32,
        eval_episodes=4,
        network=dqn.NetworkConfig(hidden_units=(32,)),
        agent=dqn.AgentConfig(
            learning_rate=5e-3,
            discount=DISCOUNT,
            target_update_period=10,
            target_update_tau=1.0,
            gradient_clipping=gradient_clipping,
        ),
        replay=dqn.ReplayConfig(replay_capacity=400, n_step=n_step),
        exploration=dqn.ExplorationConfig(epsilon, epsilon, 0),
        collection=dqn.CollectionConfig(64, block_length, gradient_steps_per_env_step),
    )
    schedule = Schedule(**{**SCHEDULE, **schedule})
    task.build(strategy, schedule.train_steps, seed)
    return Trainer(task, strategy, schedule, jit_compile)


def action_values(trainer):
    return trainer.task.q_values(np.eye(5, dtype=np.float32)[:4]).max(axis=1)


@pytest.mark.parametrize("n_step", [pytest.param(1, marks=SLOW), 3])
def test_terminated_episode_has_the_value_of_its_rewards(tmp_path, n_step):
    trainer = make_trainer(n_step=n_step, jit_compile=True)
    trainer.fit(Workdir(tmp_path))
    # From step t on, 4 - t rewards of 1: a geometric sum.
    expected = [2 - 2 * DISCOUNT ** (4 - t) for t in range(4)]
    np.testing.assert_allclose(action_values(trainer), expected, atol=0.03)


@pytest.mark.parametrize("n_step", [pytest.param(1, marks=SLOW), 3])
def test_truncated_episode_bootstraps_from_its_last_observation(tmp_path, n_step):
    trainer = make_trainer(n_step=n_step, env_kwargs={"truncates": True})
    agent = trainer.steps.learner.agent
    # Nothing is learned of the last observation itself, which only bootstraps: give
    # it a value of its own, through a target network that stays.
    agent._update_target = lambda: None
    last = np.eye(5, dtype=np.float32)[4:]
    target = agent._target_q_network.keras_model
    for variable in target.trainable_variables:
        variable.assign(tf.zeros(variable.shape))
    target.layers[-1].bias.assign([8.0, 8.0])
    assert float(target(last)[0, 0]) == 8.0
    trainer.fit(Workdir(tmp_path))
    steps = [min(n_step, 4 - t) for t in range(4)]
    expected = [sum(DISCOUNT**i for i in range(k)) + DISCOUNT**k * 8.0 for k in steps]
    np.testing.assert_allclose(action_values(trainer), expected, rtol=0.03)


def test_gradient_steps_follow_the_environment_s():
    collection = make_trainer().steps
    collection.start(0)
    # Learning starts after 64 environment steps; resets are not counted.
    counts, env_steps = [], []
    for _ in range(5):
        taken = collection.take(until_event=1, until_end=90 - collection.step)
        counts.append(len(taken.get("loss", ())))
        env_steps.append(collection.counters()["env_steps"])
    assert counts == [0, 0, 32, 32, 26]  # Whole blocks, but for the end.
    assert collection.step == 90
    assert all(32 * (i + 1) <= n <= 33 * (i + 1) for i, n in enumerate(env_steps))
    assert 0 < collection.compile_seconds < collection.training_seconds


def test_more_gradient_steps_than_environment_steps():
    collection = make_trainer(
        block_length=1, gradient_steps_per_env_step=2.5, epsilon=0.25
    ).steps
    collection.start(0)
    taken = 0
    while collection.step < 20:
        taken += len(collection.take(20, 20 - collection.step).get("loss", ()))
    assert taken == collection.step == 20
    env_steps = collection.counters()["env_steps"]
    assert 64 + 20 / 2.5 <= env_steps <= 64 + 20 / 2.5 + 4
    report = collection.report()
    assert report["epsilon"] == 0.25
    assert report["env_steps"] == env_steps
    assert report["env_steps_per_second"] > 0
    assert report["train/mean_return"] == 4.0


def test_resumed_run_has_everything_it_left(tmp_path):
    trainer = make_trainer(train_steps=192)
    workdir = Workdir(tmp_path)
    trainer.fit(workdir)
    workdir.close()
    resumed = make_trainer(train_steps=192, seed=0)
    resumed.fit(Workdir(tmp_path))  # Nothing left to do.

    assert resumed.step == trainer.step == 192
    one, other = trainer.steps, resumed.steps
    assert other.actor.num_steps == one.actor.num_steps
    assert resumed.best == trainer.best
    assert resumed.best.metrics["mean_return"] == 4.0
    assert list(other.actor.returns) == list(one.actor.returns)
    assert other.random.random() == one.random.random()
    assert other.actor.random.random() == one.actor.random.random()
    saved, loaded = (
        [
            v.numpy()
            for part in (steps.learner.agent, steps.learner.agent._optimizer)
            for v in part.variables
        ]
        for steps in (one, other)
    )
    assert any(np.abs(x).max() > 0 for x in saved)
    for a, b in zip(saved, loaded, strict=True):
        np.testing.assert_array_equal(a, b)
    # The replay is the same but for the row that ends the running episodes.
    before, after = one.replay.state(), other.replay.state()
    assert after.pop("num_added") == before.pop("num_added") + 1
    for name, rows in before.items():
        np.testing.assert_array_equal(rows, after[name][: len(rows)])
    assert other.replay.state()["04"][-2:].all()  # is_last


def test_nothing_is_learned_across_the_cut_of_a_resumption(tmp_path):
    # Stopped in mid-episode: no transition may pair the
    # observation before the stop with the first one after it.
    workdir = Workdir(tmp_path)
    trainer = make_trainer(train_steps=93, checkpoint_every=31, block_length=31)
    trainer.fit(workdir)
    workdir.close()
    resumed = make_trainer(train_steps=403, block_length=31)
    resumed.fit(Workdir(tmp_path))
    batch = resumed.steps.replay.sample((4000,), np.random.default_rng(0))
    times = batch.time_step.observation.argmax(axis=1)
    next_times = batch.next_time_step.observation.argmax(axis=1)
    assert ((next_times - times >= 1) & (next_times - times <= 2)).all()


def test_interruption_saves_and_raises(tmp_path):
    class Requested:
        requested = 15

    trainer = make_trainer()
    with pytest.raises(Interrupted):
        trainer.fit(Workdir(tmp_path), Requested())
    assert [p.name for p in (tmp_path / "checkpoints").iterdir()] == ["000000000000"]


def test_target_stops_and_metrics_are_written(tmp_path):
    trainer = make_trainer(target=4.0, train_steps=10_000)
    trainer.fit(Workdir(tmp_path))
    assert trainer.finished and 192 <= trainer.step < 288
    lines = [
        json.loads(line)
        for line in (tmp_path / "metrics.jsonl").read_text().split("\n")[:-1]
    ]
    assert {"loss", "epsilon", "env_steps", "train/mean_return"} <= lines[0].keys()
    assert any(line.get("eval/mean_return") == 4.0 for line in lines)


def test_run_of_version_0_1_keeps_its_best_model(tmp_path):
    workdir = Workdir(tmp_path)
    trainer = make_trainer(train_steps=192)
    trainer.fit(workdir)
    # That version wrote the best model at once, before the checkpoint that follows.
    weights = [variable.value for variable in trainer.task.model.variables]
    checkpoint = tf.train.Checkpoint(weights=weights)
    workdir.best.save(300, checkpoint, state={"mean_return": 7.0})
    step, arrays, state = workdir.checkpoints.restore(trainer.steps.checkpoint)
    new = ("best_step", "evaluations_since_best", "target_value")
    state = {k: v for k, v in state.items() if k not in new} | {"lower_bound": 3.0}
    workdir.checkpoints.save(step, trainer.steps.checkpoint, arrays, state)
    workdir.close()

    resumed = make_trainer(train_steps=384)
    resumed.fit(Workdir(tmp_path))
    assert (resumed.best.step, resumed.best.metrics) == (300, {"mean_return": 7.0})
    assert max(path.name for path in (tmp_path / "best").iterdir()) == "000000000300"
    resumed.load_best()
    for variable, expected in zip(resumed.task.model.variables, weights, strict=True):
        np.testing.assert_array_equal(variable.value.numpy(), expected.numpy())


def test_divergence_names_the_last_good_checkpoint(tmp_path):
    trainer = make_trainer(train_steps=192)
    workdir = Workdir(tmp_path)
    trainer.fit(workdir)
    trainer.schedule = dataclasses.replace(trainer.schedule, train_steps=288)
    for variable in trainer.task.model.trainable_variables:
        variable.assign(tf.fill(variable.shape, math.nan))
    trainer._resume = lambda _: None  # Go on with the broken weights.
    with pytest.raises(FloatingPointError, match=r"nan at step 193.*000000000192"):
        trainer.fit(workdir)


def test_two_replicas_learn_with_equal_weights_and_their_own_batches(tmp_path):
    strategy = strategies.create("mirrored", num_devices=2)
    trainer = make_trainer(strategy=strategy, gradient_clipping=10.0)
    trainer.fit(Workdir(tmp_path))
    for variable in trainer.task.model.trainable_variables:
        one, two = strategy.experimental_local_results(variable.value)
        np.testing.assert_array_equal(one, two)
    expected = [2 - 2 * DISCOUNT ** (4 - t) for t in range(4)]
    np.testing.assert_allclose(action_values(trainer), expected, atol=0.03)

    collection = trainer.steps
    batches = collection.replay.sample((1, 32), collection.random)
    shares = collection.learner._shares(batches)
    one, two = strategy.experimental_local_results(shares.time_step.observation)
    assert one.shape == two.shape == (1, 16, 5)
    assert not np.array_equal(one, two)
    joined = np.concatenate([one, two], axis=1)
    np.testing.assert_array_equal(joined, batches.time_step.observation)


def test_same_seed_gives_the_same_run(tmp_path):
    values = []
    for name in ("a", "b"):
        keras.utils.set_random_seed(1)
        trainer = make_trainer(train_steps=96, seed=3)
        trainer.fit(Workdir(tmp_path / name))
        values.append(action_values(trainer))
    np.testing.assert_array_equal(*values)
