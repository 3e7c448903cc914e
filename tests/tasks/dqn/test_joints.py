import gymnasium
import numpy as np
import pytest

from kerazoo.models import dqn
from kerazoo.tasks.dqn import DiscreteControl
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies


class Levers(gymnasium.Env):
    """One step: 1 for the first lever's upper place, 2 for the second's middle one."""

    observation_space = gymnasium.spaces.Box(0, 1, (1,), np.float32)
    action_space = gymnasium.spaces.MultiDiscrete([2, 3])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.ones(1, np.float32), {}

    def step(self, action):
        assert self.action_space.contains(action)
        reward = float(action[0] == 1) + 2.0 * (action[1] == 1)
        return np.ones(1, np.float32), reward, True, False, {}


def make_trainer(train_steps, replay="uniform", dueling=True):
    strategy = strategies.create("one_device")
    task = DiscreteControl(
        Levers,
        num_envs=8,
        batch_size=128,
        eval_episodes=2,
        network=dqn.NetworkConfig((), dueling),
        agent=dqn.AgentConfig(learning_rate=0.05, loss="mse"),
        replay=dqn.ReplayConfig(4_000, n_step=1, replay=replay),
        exploration=dqn.ExplorationConfig(1.0, 1.0, 0),  # All actions are random.
        collection=dqn.CollectionConfig(256, 64, 1.0),
    )
    schedule = Schedule(train_steps, eval_every=256, checkpoint_every=128)
    task.build(strategy, train_steps, seed=0)
    return Trainer(task, strategy, schedule, jit_compile=False)


@pytest.mark.parametrize(
    "replay", [pytest.param("uniform", marks=pytest.mark.slow), "prioritized"]
)
def test_values_of_a_joint_are_means_over_what_the_other_does(tmp_path, replay):
    trainer = make_trainer(256, replay)
    trainer.fit(Workdir(tmp_path))
    values = trainer.task.q_values(np.ones((1, 1), np.float32))[0]
    # One random lever of three gives 2 / 3 on average, of two 1 / 2.
    expected = [[2 / 3, 1 + 2 / 3, -1e9], [1 / 2, 2 + 1 / 2, 1 / 2]]
    np.testing.assert_allclose(values, expected, atol=0.12)
    assert trainer.best.metrics["mean_return"] == 3.0
    assert "2 joints of 3 actions" in trainer.task.describe_data()


def test_resumed_run_has_everything_it_left(tmp_path):
    trainer = make_trainer(128, "prioritized")
    workdir = Workdir(tmp_path)
    trainer.fit(workdir)
    workdir.close()
    resumed = make_trainer(128, "prioritized")
    resumed.fit(Workdir(tmp_path))  # Nothing left to do.
    one, other = trainer.steps, resumed.steps
    before, after = one.replay.state(), other.replay.state()
    assert any(rows.ndim == 2 and rows.dtype == np.int64 for rows in before.values())
    after.pop("num_added"), before.pop("num_added")
    for name, rows in before.items():
        if rows.ndim:
            np.testing.assert_array_equal(rows, after[name][: len(rows)])
    assert other.actor.random.random() == one.actor.random.random()
    for a, b in zip(
        one.learner.agent.variables, other.learner.agent.variables, strict=True
    ):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
