"""Versioned SavedModels, laid out as TensorFlow Serving expects."""

import contextlib
import json
import os
import pathlib
import shutil
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.serving.exported import METADATA_FILE
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.exported import versions

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
) -> pathlib.Path:
    """Writes a module as the next integer version of a served model.

    The version appears under its final name only when it is complete, so that a
    polling server never loads half of it, and no existing version is touched.

    Args:
        module: `tf.Module` that holds every variable of the signatures.
        signatures: dict of name to concrete function with named tensor inputs and a
            dict of outputs.
        directory: path. Folder of the model; versions are its subfolders.
        metadata: dict that JSON can hold, or None. Written to
            `assets.extra/kerazoo.json`, which servers ignore.
        warmup: dict of signature name to dict of input arrays, or None. Requests that
            TensorFlow Serving plays before it takes traffic.
        keras_model: Keras model or None. Written to `assets.extra/model.keras`, for
            `kerazoo.load`.

    Returns:
        path of the version.

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
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / f".partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    with _gone_unless_done(partial):
        tf.saved_model.save(module, str(partial), signatures=signatures)
        extra = partial / "assets.extra"
        extra.mkdir()
        (extra / METADATA_FILE).write_text(json.dumps(metadata or {}, indent=1) + "\n")
        if keras_model is not None:
            keras_model.save(extra / KERAS_FILE)
        if warmup:
            _write_warmup(extra / "tf_serving_warmup_requests", directory.name, warmup)
        while True:
            path = directory / str(max(versions(directory), default=0) + 1)
            try:
                partial.rename(path)
            except OSError:
                if not path.exists():  # Not another process that was faster.
                    raise
            else:
                return path


@contextlib.contextmanager
def _gone_unless_done(folder):
    """Removes a folder that is unfinished because of an error or a signal."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()  # Of no other version.
        raise


def _write_warmup(path, name, warmup):
    from tensorflow_serving.apis import model_pb2
    from tensorflow_serving.apis import predict_pb2
    from tensorflow_serving.apis import prediction_log_pb2

    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in warmup.items():
            request = predict_pb2.PredictRequest(
                model_spec=model_pb2.ModelSpec(name=name, signature_name=signature)
            )
            for key, value in inputs.items():
                request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictLog(request=request)
            record = prediction_log_pb2.PredictionLog(predict_log=log)
            writer.write(record.SerializeToString())
