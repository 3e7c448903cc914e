"""Requests as a person would write them: for REST in JSON, for gRPC in Python."""

import json
import shlex
import typing
import urllib.parse

import numpy as np

from kerazoo.serving.client.json_values import each
from kerazoo.serving.client.json_values import to_text

Arrays = typing.Mapping[str, np.ndarray]
_LONGEST = 2_000  # Characters of a body that stands in a command.


def body_file(signature: str, inputs: Arrays) -> str | None:
    """Returns the file, beside the card, of a body too long for a command, or None.

    Args:
        signature, inputs: See `rest_body`.
    """
    if len(json.dumps(rest_body(signature, inputs))) <= _LONGEST:
        return None
    return f"requests/{urllib.parse.quote(signature, safe='')}.json"


def rest_body(signature: str, inputs: Arrays) -> dict[str, typing.Any]:
    """Returns the body of a REST request.

    Args:
        signature: Name of the signature.
        inputs: dict of name to array; strings as arrays of str or bytes objects.

    Returns:
        dict that JSON can hold; bytes that are no UTF-8 as `{"b64": ...}`.

    Example:

    ```python
    rest_body("serving_default", {"x": np.ones(2, "float32")})
    ```
    """
    values = {name: _plain(value) for name, value in inputs.items()}
    return {"signature_name": signature, "inputs": values}


def curl_command(model: str, signature: str, inputs: Arrays) -> str:
    """Returns a command that sends a request to a server of this machine.

    Args:
        model: Name of the served model.
        signature, inputs: See `rest_body`. A long body is that of `body_file`.
    """
    if file := body_file(signature, inputs):
        body = f"@{file}"
    else:
        body = json.dumps(rest_body(signature, inputs), ensure_ascii=False)
    url = f"localhost:8501/v1/models/{model}:predict"
    return f"curl -d {shlex.quote(body)} {shlex.quote(url)}"


def grpc_program(
    model: str, signature: str, inputs: Arrays, recorded: str, number: int
) -> str:
    """Returns a Python program that sends a request to a server of this machine.

    Args:
        model: Name of the served model.
        signature, inputs: See `rest_body`. Long ones are read from a file.
        recorded: That file, of `PredictionLog`.
        number: Which record of the file it is, from 0.
    """
    if body_file(signature, inputs):
        module = "prediction_log_pb2"
        lines = [
            f"records = list(tf.data.TFRecordDataset({recorded!r}))",
            f"record = records[{number}].numpy()",
            "log = prediction_log_pb2.PredictionLog.FromString(record)",
            "request = log.predict_log.request",
        ]
    else:
        module = "predict_pb2"
        lines = ["request = predict_pb2.PredictRequest()"]
    lines.append(f"request.model_spec.name = {model!r}")
    if module == "predict_pb2":
        lines.append(f"request.model_spec.signature_name = {signature!r}")
        for name, value in inputs.items():
            dtype = "string" if value.dtype == object else value.dtype.name
            proto = f"tf.make_tensor_proto({value.tolist()!r}, tf.{dtype})"
            lines.append(f"request.inputs[{name!r}].CopyFrom({proto})")
    return "\n".join(
        [
            "import grpc",
            "import tensorflow as tf",
            f"from tensorflow_serving.apis import {module}",
            "from tensorflow_serving.apis import prediction_service_pb2_grpc",
            "",
            *lines,
            'channel = grpc.insecure_channel("localhost:8500")',
            "service = prediction_service_pb2_grpc.PredictionServiceStub(channel)",
            "response = service.Predict(request, timeout=10)",
            "print({k: tf.make_ndarray(v) for k, v in response.outputs.items()})",
        ]
    )


def _plain(value):
    """Returns an array as nested lists that JSON can hold."""
    found = value.tolist()
    return each(found, to_text) if value.dtype == object else found
