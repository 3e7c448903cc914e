import gymnasium
import numpy as np
import pytest

from kerazoo.models import dqn
from kerazoo.models.dqn import environments
from kerazoo.runs import run
from kerazoo.serving.check import run_without_python
from kerazoo.serving.signatures import load_signatures
from kerazoo.tasks.dqn import DiscreteControl
from kerazoo.training import Schedule
from kerazoo.training import Trainer
from kerazoo.training import Workdir
from kerazoo.training import strategy as strategies


class Echo(gymnasium.Env):
    """A cell of the left or the right half is lit: 1 for the half that was lit before.

    The picture alone does not say what to do, two of them do. Six steps.
    """

    observation_space = gymnasium.spaces.Box(0, 255, (4, 4), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._light(), {}

    def step(self, action):
        reward = float(action == self.before) if self.time else 0.0
        self.time += 1
        return self._light(), reward, self.time == 6, False, {}

    def _light(self):
        self.before = self.half if self.time else 0
        self.half = int(self.np_random.integers(2))
        picture = np.zeros((4, 4), np.uint8)
        row, column = self.np_random.integers(0, (4, 2))
        picture[row, 2 * self.half + column] = 255
        return picture


def make_task(**kwargs):
    return DiscreteControl(
        Echo,
        **{
            "num_envs": 2,
            "frame_stack": 2,
            "batch_size": 32,
            "eval_episodes": 10,
            "network": dqn.NetworkConfig((32,), torso="minatar_cnn"),
            "agent": dqn.AgentConfig(discount=0.5, learning_rate=5e-3),
            "replay": dqn.ReplayConfig(600, 1, "prioritized"),
            "exploration": dqn.ExplorationConfig(1.0, 0.1, 400),
            "collection": dqn.CollectionConfig(64, 32, 1.0),
            **kwargs,
        },
    )


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """A task that has learnt, its folder, and what its run returned."""
    folder = tmp_path_factory.mktemp("echo")
    task = make_task()
    result = run(
        task,
        folder / "run",
        Schedule(train_steps=576, eval_every=192, checkpoint_every=192, log_every=96),
        export_dir=folder / "export",
        jit_compile=False,
    )
    return task, folder / "run", result


def test_two_frames_say_what_one_does_not(echo):
    _, _, result = echo
    assert result["mean_return"] >= 4.8  # Of 5; of one frame it is 2.5.


def test_checkpoints_hold_the_priorities_to_the_last_bit(echo):
    task, folder, _ = echo
    strategy = strategies.create("one_device")
    resumed = make_task()
    schedule = Schedule(
        train_steps=576, eval_every=192, checkpoint_every=192, log_every=96
    )
    resumed.build(strategy, 576, 0)
    trainer = Trainer(resumed, strategy, schedule, jit_compile=False)
    trainer.fit(Workdir(folder))  # Nothing left to do.
    before, after = task._replay, resumed._replay
    assert before._largest == after._largest > 1
    assert np.unique(before._tree.leaves).size > 50
    for ours, theirs in zip(before._tree._levels, after._tree._levels, strict=True):
        assert ours.tobytes() == theirs.tobytes()
    # But for the row that ends the running episodes, both go on alike.
    assert after.num_added == before.num_added + 1
    steps = trainer.steps
    steps.take(32, 32)
    assert np.isfinite(after._tree.total)


def test_the_export_takes_stacks_as_the_environment_gives_them(echo):
    task, _, result = echo
    kwargs = task.metadata()["env_kwargs"]
    assert kwargs == {"frame_stack": 2}
    env = environments.make(Echo, **kwargs)
    stacks = [env.reset(seed=5)[0]]
    stacks += [env.step(0)[0] for _ in range(5)]
    stacks = np.array(stacks)
    assert stacks.shape == (6, 2, 4, 4)
    act = load_signatures(result["export"])["serving_default"]
    served = act(observation=stacks)
    q_values = task.q_values(stacks)
    np.testing.assert_allclose(served["q_values"], q_values, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(served["action"], q_values.argmax(axis=1))


@pytest.mark.slow
def test_the_export_answers_without_python(echo):
    task, _, result = echo
    stacks = np.random.default_rng(0).integers(0, 256, (5, 2, 4, 4), np.uint8)
    found = run_without_python(result["export"], {"observation": stacks})
    q_values = task.q_values(stacks)
    np.testing.assert_array_equal(found["action"], q_values.argmax(axis=1))


def test_rewards_are_cut_off_in_training_alone():
    class Payer(Echo):
        def step(self, action):
            observation, _, *rest = super().step(action)
            return observation, 7.0, *rest

    task = make_task(clip_rewards=True, frame_stack=None)
    task.env = Payer
    task.build(strategies.create("one_device"), 64, 0)
    collection = task.steps(strategies.create("one_device"), False)
    collection.actor.collect(40)
    assert set(task._replay._reward[: len(task._replay)]) == {0.0, 1.0}
    assert task.evaluate(0)["mean_return"] == 42


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (make_task(frame_stack=3, replay=dqn.ReplayConfig(9, 1)), "at least 10"),
        (make_task(replay=dqn.ReplayConfig(replay="newest")), "must be one of uniform"),
        (make_task(life_loss=True), "goes with Atari"),
        (make_task(network=dqn.NetworkConfig(torso="nature_cnn")), "at least 36"),
    ],
)
def test_what_does_not_go_together_raises(task, message):
    with pytest.raises(ValueError, match=message):
        task.build(strategies.create("one_device"), 64, 0)
