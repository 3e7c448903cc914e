"""What benchmarks of whole processes have in common."""

import json
import os
import statistics
import subprocess


def run(command, threads, **environment):
    """Returns the JSON object that a command prints last.

    Args:
        command: List of str.
        threads: int. Of OpenMP.
        **environment: More variables of the environment, written as text.
    """
    variables = {"OMP_NUM_THREADS": threads, **environment}
    environment = {**os.environ, **{k: str(v) for k, v in variables.items()}}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return json.loads(done.stdout.splitlines()[-1])


def median(values):
    """Returns the median, to four decimals."""
    return round(statistics.median(values), 4)


def report(figure, **values):
    """Prints a figure as one line of JSON."""
    print(json.dumps({"figure": figure, **values}), flush=True)
