"""Versioned SavedModels, laid out as TensorFlow Serving expects."""

import datetime
import json
import os
import pathlib
import platform
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo import __version__
from kerazoo.serving.card import card_text
from kerazoo.serving.exported import CARD_FILE
from kerazoo.serving.exported import METADATA_FILE
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.exported import versions
from kerazoo.serving.partial import partial_folder
from kerazoo.serving.recorded_requests import EXPECTED_FILE
from kerazoo.serving.recorded_requests import WARMUP_FILE
from kerazoo.serving.recorded_requests import write_recorded
from kerazoo.serving.request_examples import body_file
from kerazoo.serving.request_examples import rest_body
from kerazoo.serving.signature_defs import read_meta_graph
from kerazoo.serving.signature_defs import signatures_of

__all__ = [
    "KERAS_FILE",
    "METADATA_FILE",
    "export",
    "newest_version",
    "read_metadata",
    "versions",
]
KERAS_FILE = "model.keras"


def export(
    module: tf.Module,
    signatures: dict[str, typing.Any],
    directory: str | os.PathLike,
    metadata: dict[str, typing.Any] | None = None,
    warmup: dict[str, dict[str, np.ndarray]] | None = None,
    keras_model: keras.Model | None = None,
    files: dict[str, bytes] | None = None,
) -> pathlib.Path:
    """Writes a module as the next integer version of a served model.

    The version appears under its final name only when it is complete, so that a
    polling server never loads half of it, and no existing version is touched.

    Its `assets.extra`, which servers ignore but for the requests that warm them up, has
    what is known of the model: `kerazoo.json` for programs, with the signatures, the
    number of parameters, time and versions; `README.md`, the card, for people, with the
    requests as examples; `expected_outputs`, the answers to them, for `check_version`.

    Args:
        module: `tf.Module` that holds every variable of the signatures.
        signatures: dict of name to concrete function with named tensor inputs and a
            dict of outputs.
        directory: path. Folder of the model; versions are its subfolders.
        metadata: dict that JSON can hold, or None. Written to `kerazoo.json`.
        warmup: dict of signature name to dict of input arrays, or None. Requests that
            TensorFlow Serving plays before it takes traffic.
        keras_model: Keras model or None. Written to `assets.extra/model.keras`, for
            `kerazoo.load`.
        files: dict of name to content, or None. Written to `assets.extra`.

    Returns:
        path of the version.

    Raises:
        OSError: If it cannot be written, as `tf.errors.OpError` may.
        ValueError: If a request is none that its signature takes.

    Example:

    ```python
    class Double(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None,), name="x")])
        def serve(self, x):
            return {"y": 2 * x}

    module = Double()
    export(module, {"serving_default": module.serve}, "saved_models/double")
    ```
    """
    directory = pathlib.Path(directory)
    requests = {name: _arrays(inputs) for name, inputs in (warmup or {}).items()}
    with partial_folder(directory) as partial:
        answers = _answers(signatures, requests)
        options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
        tf.saved_model.save(module, str(partial), signatures, options)
        extra = partial / "assets.extra"
        extra.mkdir()
        if keras_model is not None:
            keras_model.save(extra / KERAS_FILE)
        for name, content in (files or {}).items():
            (extra / name).write_bytes(content)
        if requests:
            write_recorded(extra / WARMUP_FILE, directory.name, requests)
            write_recorded(extra / EXPECTED_FILE, directory.name, requests, answers)
        _write_bodies(extra, requests)
        metadata = metadata or {}
        # In this order; what the caller says counts.
        known = {**metadata, **_known(module, partial), **metadata}
        (extra / METADATA_FILE).write_text(json.dumps(known, indent=1) + "\n")
        (extra / CARD_FILE).write_text(card_text(directory.name, known, requests))
        while True:
            path = directory / str(max(versions(directory), default=0) + 1)
            try:
                partial.rename(path)
            except OSError:
                if not path.exists():  # Not another process that was faster.
                    raise
            else:
                return path


def _known(module, path):
    """Returns what an export says of itself, as JSON can hold it."""
    found = signatures_of(read_meta_graph(path))
    sizes = [variable.shape.num_elements() for variable in module.variables]
    now = datetime.datetime.now(datetime.UTC)
    return {
        "created": now.isoformat(timespec="seconds"),
        "versions": {
            "kerazoo": __version__,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "python": platform.python_version(),
        },
        "parameters": sum(sizes),
        "signatures": {name: item.describe() for name, item in found.items()},
    }


def _answers(signatures, requests):
    """Returns what the signatures answer, before they are saved."""
    found = {}
    for name, inputs in requests.items():
        if name not in signatures:
            raise ValueError(
                f"`warmup` must name signatures of {', '.join(signatures)}. "
                f"Received: warmup={name}"
            )
        try:
            with tf.device("CPU:0"):
                tensors = {key: tf.constant(value) for key, value in inputs.items()}
                found[name] = _arrays(signatures[name](**tensors))
        except (tf.errors.InvalidArgumentError, TypeError) as error:
            raise ValueError(
                f"`warmup` has a request of {name} that it refuses: {error}"
            ) from error
    return found


def _write_bodies(extra, requests):
    """Writes the bodies of requests that are too long for the card."""
    for signature, inputs in requests.items():
        if file := body_file(signature, inputs):
            path = extra / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(rest_body(signature, inputs)) + "\n")


def _arrays(values):
    """Returns arrays; texts as such of objects, which keep zeros at their end."""
    arrays = {name: np.asarray(value) for name, value in values.items()}
    return {
        name: array.astype(object) if array.dtype.kind in "SU" else array
        for name, array in arrays.items()
    }
