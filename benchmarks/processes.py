"""What benchmarks of whole processes have in common."""

import json
import os
import resource
import statistics
import subprocess
import sys
import typing
from collections.abc import Iterable


def output(command: list[str], threads: int = 0, **environment: object) -> str:
    """Returns what a command prints.

    Args:
        command: Program and arguments.
        threads: Threads of OpenMP; 0 for its own choice.
        **environment: More variables of the environment, written as text.
    """
    if threads:
        environment["OMP_NUM_THREADS"] = threads
    variables = {name: str(value) for name, value in environment.items()}
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )
    return done.stdout


def run(command: list[str], threads: int = 0, **environment: object) -> typing.Any:
    """Returns the value that a command prints last, as JSON. Arguments of `output`."""
    return json.loads(output(command, threads, **environment).splitlines()[-1])


def run_module(name: str, *arguments: object, threads: int = 0) -> typing.Any:
    """Returns the value that a module of this package prints last, as JSON.

    Args:
        name: Name of the module.
        *arguments: Its arguments, written as text.
        threads: Threads, which it finds in the environment variable `T`.
    """
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)]
    return run(command, threads, T=threads)


def peak_megabytes() -> float:
    """Returns the most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def median(values: Iterable[float]) -> float:
    """Returns the median, to four decimals."""
    return round(statistics.median(values), 4)


def report(figure: str, **values: object) -> None:
    """Prints a figure as one line of JSON."""
    print(json.dumps({"figure": figure, **values}), flush=True)
