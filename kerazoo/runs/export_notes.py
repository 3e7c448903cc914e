"""What a run notes in its export about itself."""

import dataclasses
import typing

import tensorflow as tf

from kerazoo.runs.opening import describe_devices
from kerazoo.training.task import Task


def export_notes(
    task: Task,
    strategy: tf.distribute.Strategy,
    record: typing.Any,
    seed: int,
    result: dict[str, typing.Any],
) -> dict[str, typing.Any]:
    """Returns the parts of `kerazoo.json` and of the card that a run knows.

    Args:
        task: `Task`, measured.
        strategy: What it was trained on.
        record: `Record` of the run. What its `repeat` returns, where it has one, is
            noted: how to repeat the run.
        seed: Seed of the run.
        result: dict of its result.

    Returns:
        dict that JSON can hold, of `card`, `run` and `result`.
    """
    repeat = getattr(record, "repeat", dict)
    card = {"data": task.describe_data(), **dataclasses.asdict(task.card())}
    run = {
        "title": task.title,
        "seed": seed,
        "device": describe_devices(strategy),
        **repeat(),
    }
    measured = {name: value for name, value in result.items() if name != "export"}
    return {"card": card, "run": run, "result": measured}
