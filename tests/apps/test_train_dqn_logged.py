import json

import pytest

from apps import play
from apps import train_dqn
from tests.apps.conftest import assert_one_line

TINY = (
    "--hidden_units=16",
    "--train_steps=64",
    "--eval_every=64",
    "--checkpoint_every=32",
    "--log_every=32",
    "--eval_episodes=3",
    "--nojit_compile",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("logged")


@pytest.fixture
def logs(app, folder):
    """Logs of a short run, by the first test that asks for it."""
    if not (folder / "logs").exists():
        code, _, err = app(
            train_dqn.main,
            *TINY,
            *("--learning_starts=64", "--num_envs=4", "--env_workers=2"),
            *(f"--log_transitions={folder}/logs", "--compress_transitions"),
            *(f"--workdir={folder}/run", f"--export_dir={folder}/model"),
        )
        assert code == 0, err
    return folder / "logs"


def test_logs_of_a_run_are_learnt_from(app, logs, tmp_path):
    assert all(path.name.endswith(".gz") for path in logs.glob("*.tfrecord*"))
    code, result, err = app(
        train_dqn.main,
        *TINY,
        *(f"--offline_data={logs}", f"--workdir={tmp_path}/run", "--noexport"),
    )
    assert code == 0, err
    assert "logged transitions of" in err
    assert result["episodes"] == 3 and result["logged_transitions"] >= 128
    flags = (tmp_path / "run" / "flags.txt").read_text()
    assert "--cql_alpha=1.0" in flags and "--offline_data=" in flags


@pytest.mark.slow
def test_export_is_played_into_logs(app, logs, folder, tmp_path):
    code, result, err = app(
        play.main,
        f"--saved_model={folder}/model",
        *("--episodes=5", "--epsilon=0.2", f"--log_transitions={tmp_path}/logs"),
    )
    assert code == 0, err
    assert result["episodes"] >= 5 and result["transitions"] > 0
    code, result, err = app(
        train_dqn.main,
        *(*TINY, "--env=", "--noexport"),
        *(f"--offline_data={tmp_path}/logs", f"--workdir={tmp_path}/run"),
    )
    assert code == 0, err
    assert "mean_return" not in result


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--env=Acrobot-v1"], ["another environment", "observation_shape", "[4]"]),
        (["--num_envs=8"], ["--num_envs", "--offline_data"]),
        (["--asynchronous"], ["--asynchronous", "--offline_data"]),
        (["--task=board"], ["--offline_data", "--task=control"]),
        (["--cql_alpha=-1"], ["cql_alpha"]),
    ],
)
def test_what_logs_do_not_go_with_is_one_line(app, logs, tmp_path, arguments, words):
    offline = f"--offline_data={logs}", f"--workdir={tmp_path}/run", "--noexport"
    code, _, err = app(train_dqn.main, *TINY, *offline, *arguments)
    assert code == 2, err
    assert_one_line(err, *words)


def test_folders_without_logs_are_one_line(app, tmp_path):
    arguments = *TINY, f"--workdir={tmp_path}/run", "--noexport"
    (tmp_path / "empty").mkdir()
    for name, word in (("no", "specs.json"), ("empty", "specs.json")):
        code, _, err = app(
            train_dqn.main, *arguments, f"--offline_data={tmp_path}/{name}"
        )
        assert code == 2, err
        assert_one_line(err, word, name)


def test_damaged_logs_are_one_line(app, logs, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "specs.json").write_text((logs / "specs.json").read_text())
    shard = min(logs.glob("*.tfrecord*"))
    (damaged / shard.name).write_bytes(shard.read_bytes()[:-30])
    code, _, err = app(
        train_dqn.main,
        *(*TINY, "--noexport"),
        *(f"--offline_data={damaged}", f"--workdir={tmp_path}/run"),
    )
    assert code == 2, err
    assert_one_line(err, shard.name, "damaged")
    assert "Op:" not in err and "{{" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cql_alpha=1"], ["--cql_alpha=1", "--offline_data"]),
        (["--compress_transitions"], ["--log_transitions"]),
        (["--env_workers=3"], ["--env_workers=3", "4"]),
        (["--env="], ["--env=", "--offline_data"]),
        (["--log_transitions=setup.cfg"], ["--log_transitions=setup.cfg", "a file"]),
    ],
)
def test_flags_that_need_others_are_one_line(app, tmp_path, arguments, words):
    code, _, err = app(
        train_dqn.main, *TINY, f"--workdir={tmp_path}/run", "--noexport", *arguments
    )
    assert code == 2, err
    assert_one_line(err, *words)


def test_folder_of_another_environment_is_not_written_into(app, logs, tmp_path):
    before = json.loads((logs / "specs.json").read_text())
    code, _, err = app(
        train_dqn.main,
        *(*TINY, "--env=Acrobot-v1", "--noexport"),
        *(f"--log_transitions={logs}", f"--workdir={tmp_path}/run"),
    )
    assert code == 2, err
    assert_one_line(err, "another environment", str(logs))
    assert json.loads((logs / "specs.json").read_text()) == before
