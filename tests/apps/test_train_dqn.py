import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import gymnasium
import numpy as np
import pytest

from apps import train_dqn
from tests.apps.conftest import assert_one_line

ROOT = pathlib.Path(__file__).parents[2]
TINY = (
    "--hidden_units=16",
    "--train_steps=96",
    "--learning_starts=64",
    "--eval_every=64",
    "--checkpoint_every=32",
    "--log_every=32",
    "--eval_episodes=3",
    "--num_envs=2",
    "--replay_capacity=500",
)


ODD = (*TINY, "--batch_size=63")  # Does not divide over two devices.
NOTES = ("result.json", "flags.txt", "metrics.jsonl")


@pytest.fixture(scope="module")
def finished_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("finished")


@pytest.fixture
def finished(app, finished_folder):
    """Folders and outcome of a run that is done, by the first test that asks for it."""
    paths = f"--workdir={finished_folder}/run", f"--export_dir={finished_folder}/model"
    code, result, err = app(train_dqn.main, *ODD, *paths)
    assert code == 0, err
    return finished_folder, paths, result


@pytest.fixture
def copied(finished, paths, tmp_path):
    """Flags of a copy of that run, which may go on or be damaged."""
    shutil.copytree(finished[0], tmp_path, dirs_exist_ok=True)
    return paths


def test_trains_evaluates_exports_and_reports(finished):
    folder, _, result = finished
    assert result == json.loads((folder / "run" / "result.json").read_text())
    assert result["train_steps"] == 96
    # 64 steps before learning starts, then two per gradient step, in blocks of 64.
    assert 64 + 2 * 96 <= result["env_steps"] < 64 + 2 * 96 + 64
    assert result["episodes"] == 3
    assert result["export"] == f"{folder}/model/1"
    assert np.isfinite([result["mean_return"], result["std_return"]]).all()
    lines = (folder / "run" / "metrics.jsonl").read_text().splitlines()
    steps = [json.loads(line)["step"] for line in lines]
    assert steps == sorted(steps) and steps[-1] == 96
    assert "--hidden_units=16" in (folder / "run" / "flags.txt").read_text()


def test_finished_run_is_not_repeated(app, finished):
    folder, paths, first = finished
    before = (folder / "run" / "metrics.jsonl").read_text()
    code, again, err = app(train_dqn.main, *ODD, *paths)
    assert code == 0 and again == first
    assert "Done before" in err
    assert (folder / "run" / "metrics.jsonl").read_text() == before
    assert os.listdir(folder / "model") == ["1"]


@pytest.mark.slow  # That a damaged one falls back is seen below, and that it goes on.
def test_more_steps_go_on_and_export_the_next_version(app, copied, tmp_path):
    code, result, err = app(train_dqn.main, *ODD, "--train_steps=128", *copied)
    assert code == 0, err
    assert "Going on from step 96" in err
    assert result["train_steps"] == 128
    assert result["export"] == f"{tmp_path}/model/2"


@pytest.mark.parametrize(
    "mistake",
    ["--profile_steps=9", "--num_devices=3", "--strategy=mirrored --num_devices=2"],
)
def test_mistake_leaves_a_finished_run_as_it_was(app, finished, mistake):
    folder, paths, _ = finished
    before = [(folder / "run" / name).read_text() for name in NOTES]
    code, _, err = app(train_dqn.main, *ODD, *paths, *mistake.split())
    assert code == 2, err
    assert [(folder / "run" / name).read_text() for name in NOTES] == before


@pytest.mark.slow
def test_extended_run_that_stopped_is_not_done(app, paths, tmp_path):
    app(train_dqn.main, *TINY, *paths)
    longer = (*TINY, "--train_steps=10000000", "--target_return=inf", *paths)
    stopped = start(*longer)
    for line in stopped.stderr:
        if "Going on from step 96" in line:
            break
    stopped.send_signal(signal.SIGTERM)
    _, rest = stopped.communicate()
    assert stopped.returncode == 143, rest
    again = start(*longer)
    for line in again.stderr:
        assert "Done before" not in line
        if "Going on from step" in line:
            break
    again.kill()
    assert again.wait() == -9


def test_flags_file_repeats_the_run(app, paths, tmp_path):
    short = ("--train_steps=32", "--nojit_compile", "--noexport", "--n_step=2")
    app(train_dqn.main, *TINY, *paths, *short)
    flagfile = f"--flagfile={tmp_path}/run/flags.txt"
    code, result, _ = app(train_dqn.main, flagfile, f"--workdir={tmp_path}/other")
    assert code == 0 and result["export"] is None
    other = (tmp_path / "other" / "flags.txt").read_text()
    assert "--n_step=2" in other and "--learning_starts=64" in other


def test_run_from_before_there_were_tasks_goes_on(app, copied, tmp_path, finished):
    path = tmp_path / "run" / "flags.txt"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("--task")))
    assert len(path.read_text().splitlines()) == len(lines) - 1
    code, again, err = app(train_dqn.main, *ODD, *copied)
    assert code == 0 and "Going on from step 96" in err, err
    assert again["mean_return"] == finished[2]["mean_return"]


def test_changed_model_flags_are_refused_with_the_difference(app, finished):
    changed = ("--hidden_units=32", "--dueling")
    code, _, err = app(train_dqn.main, *ODD, *finished[1], *changed)
    assert code == 2
    assert_one_line(err, "--hidden_units=16 became --hidden_units=32", "--dueling=true")


@pytest.mark.slow
def test_damaged_newest_checkpoint_falls_back(app, copied, tmp_path):
    newest = sorted((tmp_path / "run" / "checkpoints").iterdir())[-1]
    (newest / "arrays.npz").write_bytes(b"damaged")
    code, result, err = app(train_dqn.main, *ODD, "--train_steps=128", *copied)
    assert code == 0
    assert f"{newest.name} is damaged" in err
    assert "Going on from step 64" in err
    assert result["train_steps"] == 128


def test_unwritable_export_is_found_before_training(app, paths, tmp_path):
    code, _, err = app(train_dqn.main, *TINY, *paths, "--export_dir=/proc/no")
    assert code == 2
    assert_one_line(err, "--export_dir=/proc/no", "cannot be written")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_export_that_fails_at_last_keeps_the_model(app, paths, monkeypatch):
    import tensorflow as tf

    def fails(*_, **__):
        raise tf.errors.PermissionDeniedError(None, None, "not allowed")

    paths = ("--nojit_compile", *paths)
    with monkeypatch.context() as patch:
        patch.setattr(tf.saved_model, "save", fails)
        code, _, err = app(train_dqn.main, *TINY, *paths)
    assert code == 2
    assert_one_line(err, "--export_dir=", "/model", "kept")
    code, result, err = app(train_dqn.main, *TINY, *paths)
    assert code == 0 and result["export"].endswith("/model/1")
    assert "Going on from step 96" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--env=NoSuchEnv-v0"], ["NoSuchEnv"]),
        (["--env=CartPole-v99"], ["CartPole", "v99"]),
        (["--env=Pendulum-v1"], ["--action_bins of 11", "--env=Pendulum-v1"]),
        (["--action_bins=5"], ["--action_bins=5", "finitely many already"]),
        (["--env=Pendulum-v1", "--action_bins=1"], ["--action_bins"]),
        (["--env=no_such_module:Env-v0"], ["no_such_module"]),
        (["--env_kwargs={"], ["--env_kwargs={"]),
        (['--env_kwargs={"no_such": 1}'], ["no_such"]),
        (["--priority_exponent=0.9"], ["--replay=prioritized"]),
        (["--life_loss"], ["--life_loss", "Atari", "--env=CartPole-v1"]),
        (["--env=FrozenLake-v1", "--frame_stack=2"], ["--frame_stack", "Box"]),
        (["--torso=minatar_cnn"], ["--torso", "3 pixels"]),
        (
            ["--frame_stack=4", "--replay_capacity=9"],
            ["--replay_capacity", "frame_stack"],
        ),
        (["--action_mask"], ["action_mask", "CartPole-v1"]),
        (["--hidden_units=many"], ["--hidden_units=many"]),
        (["--replay_capacity=3"], ["capacity=3"]),
        (["--dtype_policy=mixed_float16"], ["mixed_bfloat16"]),
        (["--batch_size=7", "--strategy=mirrored", "--num_devices=2"], ["=7", "2"]),
        (["--num_devices=3"], ["num_devices=3"]),
        (["--num_envs=0"], ["num_envs"]),
        (["--agent=magic"], ["magic", "double_dqn"]),
        (["--task=cntrol"], ["--task=cntrol", "Did you mean control?"]),
        (["--workdir=/proc/no"], ["/proc/no"]),
        (["--workdir=/dev/null/run"], ["/dev/null"]),
        (["--profile_steps=9"], ["--profile_steps=9"]),
        (["--strategy=multi_worker"], ["TF_CONFIG"]),
        (["--seed=5000000000"], ["seed", "4294967295"]),
        (["--discount=0"], ["--discount=0"]),
        (["--replay_capacity=100000000000000"], ["allocate"]),
        (["--env_kwargs=[]"], ["--env_kwargs=[]"]),
        (["--gradient_steps_per_env_step=0"], ["never learns"]),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(app, paths, arguments, words):
    code, _, err = app(train_dqn.main, *TINY, *paths, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(
            ["--env=FrozenLake-v1", "--env_kwargs=is_slippery=False,map_name=4x4"],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["--env=gymnasium.envs.classic_control:CartPole-v1"], marks=pytest.mark.slow
        ),
        pytest.param(
            ["--env=CliffWalking-v1", '--env_kwargs={"max_episode_steps": 20}'],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["--env=Blackjack-v1", "--agent=dqn", "--loss=mse"], marks=pytest.mark.slow
        ),
        ["--env=Taxi-v4", "--action_mask", "--nojit_compile"],
        ["--env=BipedalWalker-v3", "--action_bins=3", "--nojit_compile"],
        pytest.param(
            ["--dueling", "--n_step=1", "--target_update_tau=0.1"],
            marks=pytest.mark.slow,
        ),
        pytest.param(["--block_length=1", "--train_steps=20"], marks=pytest.mark.slow),
        pytest.param(["--gradient_steps_per_env_step=0.25"], marks=pytest.mark.slow),
        pytest.param(["--dtype_policy=mixed_bfloat16"], marks=pytest.mark.slow),
        ["--asynchronous", "--nojit_compile"],
        pytest.param(
            ["--strategy=mirrored", "--num_devices=2"], marks=pytest.mark.slow
        ),
    ],
    ids=lambda arguments: arguments[0],
)
def test_variants_train_and_serve_what_they_learned(app, paths, tmp_path, arguments):
    import tensorflow as tf

    from kerazoo.models.dqn import spaces

    code, result, err = app(train_dqn.main, *TINY, *paths, *arguments)
    assert code == 0, err
    metadata = pathlib.Path(result["export"], "assets.extra", "kerazoo.json")
    env = gymnasium.make(json.loads(metadata.read_text())["env"])
    observation, info = env.reset(seed=1)
    inputs = spaces.raw_inputs(env.observation_space, observation)
    if "--action_mask" in arguments:
        inputs["action_mask"] = info["action_mask"][None].astype(bool)
    serve = tf.saved_model.load(result["export"]).signatures["serving_default"]
    outputs = serve(**{name: tf.constant(value) for name, value in inputs.items()})
    assert env.action_space.contains(outputs["action"].numpy()[0])
    is_binned = "--action_bins=3" in arguments
    shape = (4, 3) if is_binned else (env.action_space.n,)
    assert outputs["q_values"].shape == (1, *shape)


def test_profile_is_written(app, paths, tmp_path):
    profile = ("--profile_steps=32,64", "--nojit_compile", "--noexport")
    code, _, err = app(train_dqn.main, *TINY, *paths, *profile)
    assert code == 0, err
    assert list((tmp_path / "run" / "tensorboard").rglob("*.xplane.pb"))


def start(*arguments):
    command = [sys.executable, "-m", "apps.train_dqn", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_checkpoint(folder, process):
    while process.poll() is None:
        if any(path.name.isdigit() for path in folder.glob("checkpoints/*")):
            return
        time.sleep(0.05)
    raise AssertionError(process.stderr.read())


@pytest.mark.slow
def test_killed_run_goes_on_and_sigterm_saves(tmp_path):
    tiny = [flag for flag in TINY if not flag.startswith("--train_steps")]
    flags = (*tiny, f"--workdir={tmp_path}/run", "--noexport")
    killed = start(*flags, "--train_steps=3000")
    wait_for_checkpoint(tmp_path / "run", killed)
    killed.kill()
    killed.wait()
    saved = int(max(p.name for p in (tmp_path / "run" / "checkpoints").glob("0*")))

    stopped = start(*flags, "--train_steps=1000000")
    for line in stopped.stderr:
        if "Going on from step" in line:
            assert int(line.split()[4]) == saved
        if "/1000000" in line:  # It has taken steps.
            break
    stopped.send_signal(signal.SIGTERM)
    _, err = stopped.communicate()
    assert stopped.returncode == 143, err
    assert "SIGTERM, state saved" in err
    reached = int(max(p.name for p in (tmp_path / "run" / "checkpoints").glob("0*")))
    assert reached > saved

    done = start(*flags, f"--train_steps={reached + 32}", "--asynchronous")
    out, err = done.communicate()
    assert done.returncode == 0, err
    assert f"Going on from step {reached} " in err
    assert json.loads(out.splitlines()[-1])["train_steps"] == reached + 32
    assert out.count("\n") == 1
    for noise in (
        "Traceback",
        "Warning",
        "Gym has been unmaintained",
        "cuda",
        "oneDNN",
        "absl",
    ):
        assert noise not in err


@pytest.mark.slow
def test_several_seeds_are_summarized_and_the_best_exported(tmp_path):
    process = start(
        *TINY,
        "--num_seeds=2",
        f"--workdir={tmp_path}/run",
        f"--export_dir={tmp_path}/model",
    )
    out, err = process.communicate()
    assert process.returncode == 0, err
    result = json.loads(out)
    seeds = [
        json.loads((tmp_path / "run" / f"seed_{i}" / "result.json").read_text())
        for i in (0, 1)
    ]
    returns = [seed["mean_return"] for seed in seeds]
    assert result["mean_return_mean"] == pytest.approx(np.mean(returns))
    assert result["mean_return_std"] == pytest.approx(np.std(returns))
    assert result["mean_return"] == max(returns)
    assert os.listdir(tmp_path / "model") == ["1"]
