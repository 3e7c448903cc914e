import json
import math

import gymnasium
import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models import dqn
from kerazoo.models.dqn.actor import linear_epsilon
from kerazoo.training import strategy as strategies
from kerazoo.training.interruption import Interrupted
from kerazoo.training.workdir import Workdir

DISCOUNT = 0.5


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
    env=Countdown,
    strategy=None,
    n_step=2,
    seed=0,
    epsilon=1.0,
    gradient_clipping=None,
    env_kwargs=None,
    **schedule,
):
    strategy = strategy or strategies.create("one_device")
    environment = dqn.GymnasiumEnvironment(env, 2, seed=seed, **(env_kwargs or {}))
    with strategy.scope():
        agent = dqn.create_agent(
            environment,
            dqn.q_network(
                environment.observation_spec(),
                environment.num_actions,
                (32,),
                seed=seed,
            ),
            learning_rate=5e-3,
            discount=DISCOUNT,
            target_update_period=10,
            gradient_clipping=gradient_clipping,
        )
    return dqn.Trainer(
        environment,
        dqn.GymnasiumEnvironment(env, 2, **(env_kwargs or {})),
        agent,
        strategy,
        dqn.UniformReplay(environment.observation_spec(), 400, 2, n_step, DISCOUNT),
        32,
        linear_epsilon(epsilon, epsilon, 0),
        dqn.Schedule(
            **{
                "train_steps": 600,
                "learning_starts": 64,
                "eval_every": 200,
                "eval_episodes": 4,
                "checkpoint_every": 200,
                "log_every": 100,
                **schedule,
            }
        ),
        seed=seed,
    )


@pytest.mark.parametrize("n_step", [1, 3])
def test_terminated_episode_has_the_value_of_its_rewards(tmp_path, n_step):
    trainer = make_trainer(n_step=n_step)
    trainer.fit(Workdir(tmp_path))
    values = trainer.q_values(np.eye(5, dtype=np.float32)[:4])
    # From step t on, 4 - t rewards of 1: a geometric sum.
    expected = [2 - 2 * DISCOUNT ** (4 - t) for t in range(4)]
    np.testing.assert_allclose(values.max(axis=1), expected, atol=0.03)


@pytest.mark.parametrize("n_step", [1, 3])
def test_truncated_episode_bootstraps_from_its_last_observation(tmp_path, n_step):
    trainer = make_trainer(n_step=n_step, env_kwargs={"truncates": True})
    # Nothing is learned of the last observation itself, which only bootstraps: give
    # it a value of its own, through a target network that stays.
    trainer.agent._update_target = lambda: None
    last = np.eye(5, dtype=np.float32)[4:]
    target = trainer.agent._target_q_network.keras_model
    for variable in target.trainable_variables:
        variable.assign(tf.zeros(variable.shape))
    target.layers[-1].bias.assign([8.0, 8.0])
    assert float(target(last)[0, 0]) == 8.0
    trainer.fit(Workdir(tmp_path))
    values = trainer.q_values(np.eye(5, dtype=np.float32)[:4]).max(axis=1)
    steps = [min(n_step, 4 - t) for t in range(4)]
    expected = [sum(DISCOUNT**i for i in range(k)) + DISCOUNT**k * 8.0 for k in steps]
    np.testing.assert_allclose(values, expected, rtol=0.03)


def test_resumed_run_has_everything_it_left(tmp_path):
    trainer = make_trainer(train_steps=200)
    workdir = Workdir(tmp_path)
    trainer.fit(workdir)
    workdir.close()
    resumed = make_trainer(train_steps=200, seed=0)
    resumed.fit(Workdir(tmp_path))  # Nothing left to do.

    assert resumed.step == trainer.step == 200
    assert resumed.actor.num_steps == trainer.actor.num_steps
    assert resumed.best_return == trainer.best_return == 4.0
    assert list(resumed.actor.returns) == list(trainer.actor.returns)
    assert resumed.random.random() == trainer.random.random()
    assert resumed.actor.random.random() == trainer.actor.random.random()
    saved = [v.numpy() for v in trainer.agent.variables]
    saved += [v.numpy() for v in trainer.agent._optimizer.variables]
    loaded = [v.numpy() for v in resumed.agent.variables]
    loaded += [v.numpy() for v in resumed.agent._optimizer.variables]
    assert any(np.abs(x).max() > 0 for x in saved)
    for a, b in zip(saved, loaded, strict=True):
        np.testing.assert_array_equal(a, b)
    # The replay is the same but for the row that ends the running episodes.
    before, after = trainer.replay.state(), resumed.replay.state()
    assert after.pop("num_added") == before.pop("num_added") + 1
    for name, rows in before.items():
        np.testing.assert_array_equal(rows, after[name][: len(rows)])
    assert resumed.replay.state()["04"][-2:].all()  # is_last


def test_nothing_is_learned_across_the_cut_of_a_resumption(tmp_path):
    # Stopped in mid-episode: no transition may pair the
    # observation before the stop with the first one after it.
    workdir = Workdir(tmp_path)
    trainer = make_trainer(train_steps=96, checkpoint_every=32, block_length=31)
    trainer.fit(workdir)
    workdir.close()
    resumed = make_trainer(train_steps=400, block_length=31)
    resumed.fit(Workdir(tmp_path))
    batch = resumed.replay.sample((4000,), np.random.default_rng(0))
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


def test_target_return_stops_and_metrics_are_written(tmp_path):
    trainer = make_trainer(target_return=4.0, train_steps=10_000)
    trainer.fit(Workdir(tmp_path))
    assert trainer.finished and 200 <= trainer.step < 300
    lines = [
        json.loads(line)
        for line in (tmp_path / "metrics.jsonl").read_text().split("\n")[:-1]
    ]
    assert {"loss", "epsilon", "env_steps", "train/mean_return"} <= lines[0].keys()
    assert any(line.get("eval/mean_return") == 4.0 for line in lines)


def test_killed_run_keeps_its_best_model(tmp_path):
    workdir = Workdir(tmp_path)
    trainer = make_trainer(train_steps=200)
    trainer.fit(workdir)
    # The process was killed after the next evaluation, before the next checkpoint.
    workdir.best.save(300, trainer._weights, state={"mean_return": 7.0})
    workdir.close()
    resumed = make_trainer(train_steps=400)
    resumed.fit(Workdir(tmp_path))
    assert resumed.best_return == 7.0
    assert max(path.name for path in (tmp_path / "best").iterdir()) == "000000000300"


def test_divergence_names_the_last_good_checkpoint(tmp_path):
    trainer = make_trainer(train_steps=400)
    workdir = Workdir(tmp_path)
    trainer.fit(workdir)
    trainer.schedule.train_steps = 500
    for variable in trainer.model.trainable_variables:
        variable.assign(tf.fill(variable.shape, math.nan))
    trainer._resume = lambda _: None  # Go on with the broken weights.
    with pytest.raises(FloatingPointError, match=r"nan at step 4.*000000000400"):
        trainer.fit(workdir)


def test_two_replicas_learn_with_equal_weights_and_their_own_batches(tmp_path):
    strategy = strategies.create("mirrored", num_devices=2)
    trainer = make_trainer(strategy=strategy, gradient_clipping=10.0)
    trainer.fit(Workdir(tmp_path))
    for variable in trainer.model.trainable_variables:
        one, two = strategy.experimental_local_results(variable.value)
        np.testing.assert_array_equal(one, two)
    expected = [2 - 2 * DISCOUNT ** (4 - t) for t in range(4)]
    values = trainer.q_values(np.eye(5, dtype=np.float32)[:4]).max(axis=1)
    np.testing.assert_allclose(values, expected, atol=0.03)

    batches = trainer.replay.sample((1, 32), trainer.random)
    shares = trainer.learner._shares(batches)
    one, two = strategy.experimental_local_results(shares.time_step.observation)
    assert one.shape == two.shape == (1, 16, 5)
    assert not np.array_equal(one, two)
    joined = np.concatenate([one, two], axis=1)
    np.testing.assert_array_equal(joined, batches.time_step.observation)


def test_same_seed_gives_the_same_run(tmp_path):
    returns = []
    for name in ("a", "b"):
        keras.utils.set_random_seed(1)
        trainer = make_trainer(train_steps=96, seed=3)
        trainer.fit(Workdir(tmp_path / name))
        returns.append(trainer.q_values(np.eye(5, dtype=np.float32)))
    np.testing.assert_array_equal(*returns)
