"""Two worker processes on this machine, joined through TF_CONFIG."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
FLAGS = (
    "--strategy=multi_worker",
    "--hidden_units=16",
    "--learning_starts=64",
    "--eval_every=128",
    "--checkpoint_every=128",
    "--log_every=64",
    "--eval_episodes=4",
    "--replay_capacity=1000",
)


def start(folder, *arguments):
    """Starts both workers of one run."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(2)]
    addresses = [f"localhost:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    workers = []
    for index in range(2):
        config = {
            "cluster": {"worker": addresses},
            "task": {"type": "worker", "index": index},
        }
        command = [sys.executable, "-m", "apps.train_dqn", *FLAGS, *arguments]
        command += [f"--workdir={folder}/run", f"--export_dir={folder}/model"]
        workers.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "TF_CONFIG": json.dumps(config)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    return workers


@pytest.mark.slow
def test_workers_train_stop_and_go_on_together(tmp_path):
    first, second = start(tmp_path, "--train_steps=1000000")
    for line in second.stderr:
        if line.startswith("step 256"):
            break
    second.send_signal(signal.SIGTERM)  # One is told; both must stop, and save.
    for worker in (first, second):
        _, err = worker.communicate(timeout=120)
        assert worker.returncode == 143, err
        assert "state saved" in err
    folders = [tmp_path / "run", tmp_path / "run" / "worker_1"]
    saved = [sorted(p.name for p in f.glob("checkpoints/0*"))[-1] for f in folders]
    assert saved[0] == saved[1]
    last = int(saved[0])

    results = []
    for worker in start(tmp_path, f"--train_steps={last + 64}"):
        out, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, err
        assert f"Going on from step {last} " in err
        results.append(json.loads(out))
    assert results[0]["mean_return"] == results[1]["mean_return"]
    assert results[0]["train_steps"] == last + 64
    assert results[0]["export"] == f"{tmp_path}/model/1"
    assert results[1]["export"] is None
    experience = [
        (f / "checkpoints" / f"{last + 64:012d}" / "arrays.npz").read_bytes()
        for f in folders
    ]
    assert experience[0] != experience[1]
