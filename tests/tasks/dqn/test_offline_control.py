import dataclasses
import math

import gymnasium
import numpy as np
import pytest

from kerazoo.models import dqn
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.logged_data import read_stretches
from kerazoo.models.dqn.offline_learning import OfflineLearning
from kerazoo.runs import run
from kerazoo.tasks.dqn import DiscreteControl
from kerazoo.tasks.dqn import OfflineControl
from kerazoo.tasks.dqn import discrete_control
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies

SCHEDULE = {
    "train_steps": 64,
    "eval_every": 64,
    "checkpoint_every": 32,
    "log_every": 32,
}
SPECS = TransitionSpecs((2,), "float32", 2, env="Levers")


class Levers(gymnasium.Env):
    """The lever of the observation gives 1, the other nothing; three times."""

    observation_space = gymnasium.spaces.Box(0, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)
    steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        type(self).steps += 1
        reward = float(self.lever == action)
        self.time += 1
        return self._observe(), reward, self.time == 3, False, {}

    def _observe(self):
        self.lever = self.np_random.integers(2)
        return np.eye(2, dtype=np.float32)[self.lever]


PARTS = {
    "eval_episodes": 20,
    "network": dqn.NetworkConfig(hidden_units=(16,)),
    "agent": dqn.AgentConfig(cql_alpha=0.1, learning_rate=1e-2, discount=0.5),
}


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Logs of random play: the run was stopped at step 32 and went on."""
    folder = tmp_path_factory.mktemp("logged")

    def play(train_steps):
        task = DiscreteControl(
            Levers,
            num_envs=2,
            log_transitions=f"{folder}/logs",
            exploration=dqn.ExplorationConfig(epsilon_start=1.0, epsilon_end=1.0),
            collection=dqn.CollectionConfig(learning_starts=64),
            **{**PARTS, "agent": dqn.AgentConfig(), "eval_episodes": 1},
        )
        schedule = Schedule(**{**SCHEDULE, "train_steps": train_steps})
        return run(task, folder / "run", schedule, jit_compile=False)

    play(32)
    return folder / "logs", play(64)["env_steps"]


def make_trainer(logs, **kwargs):
    task = OfflineControl(
        **{"env": Levers, "offline_data": str(logs), **PARTS, **kwargs}
    )
    strategy = strategies.create("one_device")
    task.build(strategy, 64, seed=0)
    return Trainer(task, strategy, Schedule(**SCHEDULE), jit_compile=False)


def test_resumed_run_has_logged_each_step_once(logs):
    folder, env_steps = logs
    stretches = list(read_stretches(folder, SPECS))
    assert sum(len(stretch.action) for stretch in stretches) == env_steps
    rewards = np.concatenate([stretch.reward for stretch in stretches])
    assert 0.35 < rewards.mean() < 0.65  # Random levers.


def test_learns_from_random_logs_without_a_step(logs, tmp_path):
    folder, env_steps = logs
    task = OfflineControl(Levers, offline_data=str(folder), **PARTS)
    before = Levers.steps
    schedule = Schedule(**{**SCHEDULE, "train_steps": 256, "eval_every": 256})
    result = run(task, tmp_path, schedule, export_dir=tmp_path / "x", jit_compile=False)
    assert result["mean_return"] == 3.0
    # What was played are the evaluations: one at the end, and the test.
    assert Levers.steps - before == 2 * 20 * 3
    assert result["logged_transitions"] == env_steps
    assert 0.9 < result["logged_mean_return"] < 2.1
    assert "logged transitions of" in task.describe_data()
    assert "learnt from logs" in task.card().limitations[0]


@pytest.mark.parametrize(
    "replay", ["uniform", pytest.param("prioritized", marks=pytest.mark.slow)]
)
def test_run_that_goes_on_ends_as_one_that_was_not_stopped(logs, tmp_path, replay):
    kwargs = {"replay": dqn.ReplayConfig(replay=replay)}

    def weights_of(trainer):
        return [v.numpy() for v in trainer.task.model.variables]

    whole = make_trainer(logs[0], **kwargs)
    whole.fit(Workdir(tmp_path / "whole"))
    stopped = make_trainer(logs[0], **kwargs)
    stopped.schedule = dataclasses.replace(stopped.schedule, train_steps=32)
    # How far beta has risen follows from the planned end.
    take = stopped.steps.take
    stopped.steps.take = lambda event, end: take(event, 32)
    learn = stopped.steps._learn
    stopped.steps._learn = lambda steps, end: learn(steps, 64)
    workdir = Workdir(tmp_path / "stopped")
    stopped.fit(workdir)
    workdir.close()
    resumed = make_trainer(logs[0], **kwargs)
    resumed.fit(Workdir(tmp_path / "stopped"))
    assert whole.step == resumed.step == 64
    for one, other in zip(weights_of(whole), weights_of(resumed), strict=True):
        np.testing.assert_array_equal(one, other)


def test_system_that_cannot_be_played_is_learnt_and_exported(logs, tmp_path):
    task = OfflineControl("", offline_data=str(logs[0]), **PARTS)
    schedule = Schedule(**{**SCHEDULE, "train_steps": 256})
    result = run(task, tmp_path, schedule, export_dir=tmp_path / "x", jit_compile=False)
    assert "mean_return" not in result and math.isfinite(result["score"])
    assert task.q_values(np.eye(2, dtype=np.float32)).argmax(axis=1).tolist() == [0, 1]
    assert result["export"]
    assert task.describe_data().startswith("logs: observations (2,)")
    card = task.card()
    assert "logs" in card.summary and "never tried" in card.limitations[1]
    assert not card.measured_on


def test_logs_of_another_environment_are_refused(logs):
    with pytest.raises(
        ValueError, match="another environment: their observation_shape"
    ):
        make_trainer(logs[0], env="CartPole-v1")


@pytest.mark.parametrize("compiles", [False, True])
def test_blocks_are_compiled_where_that_is_faster(logs, monkeypatch, compiles):
    monkeypatch.setattr(discrete_control, "compiles_well", lambda model: compiles)
    task = make_trainer(logs[0]).task
    steps = task.steps(strategies.create("one_device"), None)
    assert isinstance(steps, OfflineLearning)
    assert steps.learner.jit_compile == compiles
