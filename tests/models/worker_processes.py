"""Workers of a cluster, each a process of its own."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np


def run_workers(module, count, folder):
    """Runs a module as the workers of a cluster on this machine.

    Args:
        module: str. Takes the path of an .npz file to write, and TF_CONFIG unless it is
            alone.
        count: int. Number of workers.
        folder: path.

    Returns:
        What each has written, a list of dicts of arrays.
    """
    servers = [socket.create_server(("localhost", 0)) for _ in range(count)]
    addresses = [f"localhost:{server.getsockname()[1]}" for server in servers]
    for server in servers:
        server.close()
    workers = []
    for index in range(count):
        task = {"type": "worker", "index": index}
        config = {"cluster": {"worker": addresses}, "task": task}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config)}
        if count == 1:
            del environment["TF_CONFIG"]
        command = [sys.executable, "-m", module]
        workers.append(
            subprocess.Popen(
                [*command, f"{folder}/{count}_{index}.npz"],
                cwd=pathlib.Path(__file__).parents[2],
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        for worker in workers:
            _, errors = worker.communicate(timeout=240)
            assert worker.returncode == 0, errors
    finally:
        for worker in workers:
            worker.kill()
    return [dict(np.load(f"{folder}/{count}_{i}.npz")) for i in range(count)]
