"""Requests and their answers in the records that TensorFlow Serving reads."""

import os
import typing

import numpy as np
import tensorflow as tf

WARMUP_FILE = "tf_serving_warmup_requests"  # In `assets.extra`; a server's name for it.
EXPECTED_FILE = "expected_outputs"  # Beside it: the same requests with their answers.

Arrays = typing.Mapping[str, np.ndarray]


class Recorded(typing.NamedTuple):
    """A request and, where it is known, its answer.

    Attributes:
        signature: Name of the signature.
        inputs: dict of name to array; strings as arrays of bytes objects.
        outputs: The same of the answer; empty where it is not known.
    """

    signature: str
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]


def write_recorded(
    path: str | os.PathLike,
    model: str,
    requests: typing.Mapping[str, Arrays],
    answers: typing.Mapping[str, Arrays] | None = None,
) -> None:
    """Writes a record, a `PredictionLog`, for each request.

    Args:
        path: path of the file.
        model: Name of the served model.
        requests: dict of signature name to dict of input arrays.
        answers: dict of signature name to dict of output arrays, or None.
    """
    from tensorflow_serving.apis import prediction_log_pb2

    with tf.io.TFRecordWriter(os.fspath(path)) as writer:
        for signature, inputs in requests.items():
            record = prediction_log_pb2.PredictionLog()
            log = record.predict_log
            log.request.model_spec.name = model
            log.request.model_spec.signature_name = signature
            _fill(log.request.inputs, inputs)
            if answers is not None:
                log.response.model_spec.CopyFrom(log.request.model_spec)
                _fill(log.response.outputs, answers[signature])
            writer.write(record.SerializeToString())


def read_recorded(path: str | os.PathLike) -> list[Recorded]:
    """Returns the requests of a file, in its order.

    Raises:
        ValueError: If it is damaged.
    """
    from google.protobuf.message import DecodeError
    from tensorflow_serving.apis import prediction_log_pb2

    found = []
    try:
        for record in _records(path):
            log = prediction_log_pb2.PredictionLog.FromString(record).predict_log
            found.append(
                Recorded(
                    log.request.model_spec.signature_name or "serving_default",
                    _arrays(log.request.inputs),
                    _arrays(log.response.outputs),
                )
            )
    except (DecodeError, tf.errors.DataLossError, TypeError):
        raise ValueError(f"{path} is damaged: export the model again.") from None
    return found


def _records(path):
    options = tf.data.Options()
    options.autotune.enabled = False  # Letting go of one that is can take long.
    dataset = tf.data.TFRecordDataset(os.fspath(path), buffer_size=2**18).with_options(
        options
    )
    return dataset.as_numpy_iterator()


def _fill(tensors, arrays):
    for name, value in arrays.items():
        tensors[name].CopyFrom(tf.make_tensor_proto(value))


def _arrays(tensors):
    return {name: tf.make_ndarray(proto) for name, proto in sorted(tensors.items())}
