"""Exports of tasks that have learnt nothing, with weights that differ."""

import csv
import json

import numpy as np
import tensorflow as tf

from kerazoo.serving.copying import plain_copy
from kerazoo.serving.exporting import export
from kerazoo.serving.tracing import trace
from kerazoo.training import strategy as strategies


def export_untrained(task, folder, only=None, **inputs):
    """Exports a task's model as a run does, but without training; returns the path.

    Args:
        task: The task.
        folder: Where to.
        only: Name of the one signature to export. Default: all signatures.
        **inputs: Specifications of its inputs. Default: `text`.
    """
    task.build(strategies.create("one_device"), train_steps=4, seed=0)
    random = np.random.default_rng(1)
    for variable in task.model.trainable_variables:  # Those of the output are zeros.
        variable.assign_add(random.normal(0, 0.1, variable.shape))
    model = plain_copy(task.model)
    serving = task.serving(model)
    metadata = {"family": task.family, **task.metadata()}
    if only is None:
        signatures = serving.endpoints
    else:
        inputs = inputs or {"text": tf.TensorSpec((None,), tf.string)}
        signatures = {only: trace(getattr(serving, only), **inputs)}
    return export(serving.module, signatures, folder, metadata)


def read_csv(path, delimiter=","):
    """Returns the rows of a file of answers, dicts of text."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_json_lines(path):
    """Returns the rows of a file of answers, dicts."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def numbers(rows, *columns):
    """Returns columns of rows as a float array `(N, K)`."""
    return np.array([[float(row[column]) for column in columns] for row in rows])
