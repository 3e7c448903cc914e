import csv
import json
import math
import pathlib
import subprocess
import sys

import gymnasium
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kerazoo
from kerazoo.models import dqn
from kerazoo.runs import RunError
from kerazoo.runs import run
from kerazoo.tasks.dqn import DiscreteControl
from kerazoo.training import Best
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

ROOT = pathlib.Path(__file__).parents[3]
SCHEDULE = {
    "train_steps": 64,
    "eval_every": 32,
    "checkpoint_every": 32,
    "log_every": 32,
}


class Levers(gymnasium.Env):
    """The lever of the observation gives 1, the other nothing; three times."""

    observation_space = gymnasium.spaces.Box(0, 1, (2,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, height=1.0):
        self.height = height

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self._observe(), {}

    def step(self, action):
        reward = float(self.lever == action)
        self.time += 1
        return self._observe(), reward, self.time == 3, False, {}

    def _observe(self):
        self.lever = self.np_random.integers(2)
        return np.eye(2, dtype=np.float32)[self.lever]


def make_task(env=Levers, **kwargs):
    return DiscreteControl(
        env,
        **{
            "num_envs": 2,
            "eval_episodes": 3,
            "network": dqn.NetworkConfig(hidden_units=(16,)),
            "replay": dqn.ReplayConfig(replay_capacity=500),
            "collection": dqn.CollectionConfig(learning_starts=64),
            **kwargs,
        },
    )


def build(task, seed=0):
    task.build(strategies.create("one_device"), 64, seed)
    return task


@pytest.fixture(scope="module")
def cartpole(tmp_path_factory):
    """A run on CartPole and its export: `(folder, exported version)`."""
    folder = tmp_path_factory.mktemp("cartpole")
    task = make_task("CartPole-v1")
    result = run(
        task,
        folder / "run",
        Schedule(**SCHEDULE),
        export_dir=folder / "model",
        jit_compile=False,  # Compiling takes longer than this run.
    )
    return folder / "run", result["export"]


def test_learns_and_reports(tmp_path):
    task = make_task(eval_episodes=20)
    schedule = Schedule(**{**SCHEDULE, "train_steps": 320})
    result = run(task, tmp_path, schedule, jit_compile=False)
    assert result["mean_return"] == result["score"] == 3.0
    assert (result["std_return"], result["episodes"]) == (0.0, 20)
    assert result["seeds"] == [2_000_000_000, 2_000_000_019]
    assert result["env_steps"] >= 64 + 2 * 320
    assert result["env_steps_per_second"] > 0
    assert 0 < result["training_seconds"] <= result["wall_seconds"]
    lines = map(json.loads, (tmp_path / "metrics.jsonl").read_text().splitlines())
    curve = [line for line in lines if "eval/mean_return" in line]
    assert curve[-1]["eval/mean_return"] == 3.0
    assert {"eval/std_return", "eval/lower_bound", "env_steps"} <= curve[0].keys()
    with (tmp_path / "returns.csv").open(newline="") as file:
        episodes = list(csv.DictReader(file))
    validation = [row for row in episodes if row["split"] == "validation"]
    assert len(validation) == 20 * len(curve) and len(episodes) == 20 + len(validation)
    for line in curve:
        returns = [
            float(row["return"])
            for row in validation
            if int(row["step"]) == line["step"]
        ]
        assert np.mean(returns) == pytest.approx(line["eval/mean_return"])
    seeds = [int(row["seed"]) for row in episodes if row["split"] == "test"]
    assert seeds == list(range(2_000_000_000, 2_000_000_020))
    assert {row["length"] for row in episodes} == {"3"}
    assert tf.io.decode_png((tmp_path / "curves.png").read_bytes()).shape[0] > 400


def test_videos_and_random_actions_of_evaluations(tmp_path):
    class Painted(Levers):
        metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

        def __init__(self, render_mode=None):
            super().__init__()
            self.render_mode = render_mode

        def render(self):
            return np.full((4, 6, 3), 80 * self.time, np.uint8)

    task = make_task(Painted, videos=True, eval_epsilon=0.1, eval_episodes=40)
    schedule = Schedule(**{**SCHEDULE, "train_steps": 320}, sample_every=200)
    result = run(task, tmp_path, schedule, jit_compile=False)
    assert 2.6 < result["mean_return"] < 3.0  # Of 120 actions some 6 are the other.
    assert "10.0% of their actions random" in task.card().measured_on
    frames = tf.io.decode_gif((tmp_path / "episode.gif").read_bytes()).numpy()
    assert frames[:, 0, 0, 0].tolist() == [0, 80, 160]
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Tensors("episode")] == [224, 320]


@pytest.mark.slow
def test_return_that_counts_as_solved_ends_training(tmp_path, monkeypatch):
    task = build(make_task("CartPole-v1"))
    assert task.target == 475.0
    task.close()
    assert build(make_task()).target is None

    def steps_taken(name, target=None):
        schedule = Schedule(**{**SCHEDULE, "train_steps": 700}, target=target)
        task = make_task(eval_episodes=20)
        return run(task, tmp_path / name, schedule)["train_steps"]

    assert steps_taken("untold", 3.0) < 700
    monkeypatch.setattr(DiscreteControl, "target", 3.0)
    assert steps_taken("registered") < 700
    assert steps_taken("never", math.inf) == 700


def test_bound_is_the_mean_less_two_standard_errors(monkeypatch):
    task = build(make_task())
    returns = np.array([1.0, 3.0, 8.0, 4.0])
    monkeypatch.setattr(task, "_play", lambda *_: returns)
    found = task.evaluate(1)
    assert found["mean_return"] == 4.0
    assert found["std_return"] == pytest.approx(math.sqrt(26 / 4))
    assert found["lower_bound"] == pytest.approx(4 - math.sqrt(26 / 4))


def test_evaluations_and_tests_have_seeds_of_their_own(monkeypatch):
    asked = []
    task = build(make_task(), seed=4)
    monkeypatch.setattr(
        task, "_play", lambda seeds, *_: asked.append(seeds) or np.zeros(3)
    )
    task.evaluate(1)
    task.measure(Best())
    assert asked == [
        range(1_000_000_012, 1_000_000_015),
        range(2_000_000_012, 2_000_000_015),
    ]


def test_environments_are_closed():
    task = build(make_task(asynchronous=True))
    processes = task.environment.envs.processes
    assert all(process.is_alive() for process in processes)
    task.close()
    assert not any(process.is_alive() for process in processes)
    task.close()  # Nothing is left to do.
    make_task().close()  # Nor before the task is built.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"env": "NoSuchEnv-v0"}, "NoSuchEnv"),
        ({"env": "Pendulum-v1"}, "`action_bins` of 11"),
        ({"env": "no_such_module:Env-v0"}, "no_such_module"),
        ({"env_kwargs": {"no_such": 1}}, "no_such"),
        ({"eval_epsilon": 1.5}, "eval_epsilon=1.5"),
        ({"videos": True}, "Levers, which draws nothing"),
        ({"action_mask": True}, "action_mask"),
        ({"batch_size": 7, "strategy": "mirrored"}, "batch_size=7"),
        ({"replay": dqn.ReplayConfig(replay_capacity=3)}, "replay_capacity=3"),
        ({"replay": dqn.ReplayConfig(replay_capacity=10**14)}, "=10{14} .*allocate"),
        ({"agent": dqn.AgentConfig(agent="a3c")}, "agent=a3c"),
        ({"agent": dqn.AgentConfig(loss="absolute")}, "loss=absolute"),
    ],
)
def test_mistakes_are_said(tmp_path, arguments, words):
    kind = arguments.pop("strategy", "one_device")
    strategy = strategies.create(kind, 2 if kind == "mirrored" else None)
    with pytest.raises(RunError, match=words):
        run(make_task(**arguments), tmp_path, strategy=strategy)


def test_settings_are_those_that_define_the_model():
    task = make_task("ALE/Pong-v5", env_kwargs={"frameskip": 4}, asynchronous=True)
    settings = json.loads(json.dumps(task.settings()))
    assert settings["env"] == "ALE/Pong-v5"
    assert settings["env_kwargs"] == {"frameskip": 4}
    network = {"hidden_units": [16], "dueling": False}
    assert network.items() <= settings["network"].items()
    assert settings["agent"]["discount"] == 0.99
    assert not {"asynchronous", "eval_episodes"} & settings.keys()
    assert make_task().settings()["env"] == "Levers"


@pytest.mark.parametrize(
    ("env", "name"),
    [("CartPole-v1", "CartPole-v1"), ("ale_py:ALE/Pong-v5", "Pong-v5")],
)
def test_name_is_one_for_a_folder(env, name):
    assert DiscreteControl(env).name == name
    assert DiscreteControl(Levers).name == "Levers"


def test_run_and_export_are_read_as_the_model_that_is_served(cartpole):
    folder, export = cartpole
    observation = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    serve = tf.saved_model.load(export).signatures["serving_default"]
    expected = serve(observation=tf.constant(observation))["q_values"]
    for path in (folder, export):
        model = kerazoo.load(path)
        assert [layer.units for layer in model.layers[-2:]] == [16, 2]
        np.testing.assert_allclose(model(observation), expected, rtol=1e-5, atol=1e-6)


def test_newest_weights_are_those_of_the_checkpoint(cartpole):
    folder, _ = cartpole
    model = kerazoo.load(folder, weights="newest")
    task = build(make_task("CartPole-v1"))
    newest = max((folder / "checkpoints").glob("0*"))
    steps = task.steps(strategies.create("one_device"), None)
    steps.checkpoint.read(str(newest / "variables")).expect_partial()
    for variable, expected in zip(model.variables, task.model.variables, strict=True):
        np.testing.assert_array_equal(variable, expected)
    (newest / "variables.index").rename(newest / "variables.away")
    with pytest.raises(ValueError, match="cannot be read"):
        kerazoo.load(folder, weights="newest")
    (newest / "variables.away").rename(newest / "variables.index")


@pytest.mark.slow
def test_reading_needs_no_tf_agents(cartpole):
    """Nor Keras 2 behind tf.keras, which another import would have to come before."""
    folder, export = cartpole
    program = f"""
import sys
import kerazoo, tensorflow
for path in {[str(folder), str(export)]!r}:
    print(kerazoo.load(path).output_shape)
print("tf_agents" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "TF_USE_LEGACY_KERAS": "0"},
    )
    assert done.stdout.split("\n")[:-1] == ["(None, 2)", "(None, 2)", "False"], (
        done.stderr
    )
