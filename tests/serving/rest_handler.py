"""The REST API of TensorFlow Serving, for the one of the tests."""

import base64
import http.server
import json
import re
import urllib.parse

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import predict_pb2

_PREDICT = re.compile(
    r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?:predict", re.I
)
_GET = re.compile(
    r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?(/metadata)?", re.I
)
_HTTP = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "NOT_FOUND": 404,
    "UNAVAILABLE": 503,
}


class Refusal(Exception):
    """What becomes a status of gRPC or of HTTP."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


class RestHandler(http.server.BaseHTTPRequestHandler):
    """Answers of a `ModelServer`, its attribute `server_of_models`, over REST."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def _answer(self, method):
        try:
            body, code = method(), 200
        except Refusal as refusal:
            body = json.dumps({"error": refusal.message}).encode()
            code = _HTTP[refusal.code]
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _get(self):
        match = _GET.fullmatch(self.path)
        if match is None:
            raise Refusal("INVALID_ARGUMENT", f"Malformed request: GET {self.path}")
        if match[4]:
            request = get_model_metadata_pb2.GetModelMetadataRequest()
            _fill(request.model_spec, match)
            response = self.server_of_models.metadata(request)
            found = get_model_metadata_pb2.SignatureDefMap()
            response.metadata["signature_def"].Unpack(found)
            content = {
                "model_spec": _as_json(response.model_spec),
                "metadata": {"signature_def": _as_json(found)},
            }
        else:
            request = get_model_status_pb2.GetModelStatusRequest()
            _fill(request.model_spec, match)
            content = _as_json(self.server_of_models.status(request))
        return json.dumps(content).encode()

    def _post(self):
        match = _PREDICT.fullmatch(self.path)
        if match is None:
            raise Refusal("INVALID_ARGUMENT", f"Malformed request: POST {self.path}")
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = predict_pb2.PredictRequest()
        _fill(request.model_spec, match)
        name = content.get("signature_name", "")
        request.model_spec.signature_name = name
        _, version = self.server_of_models.find(request.model_spec)
        name = name or "serving_default"
        if name not in version.signatures:
            raise Refusal(
                "INVALID_ARGUMENT",
                f'Serving signature name: "{name}" not found in signature def',
            )
        taken = version.signatures[name].inputs
        is_rows = "instances" in content
        for key, value in (_rows if is_rows else _columns)(content, taken).items():
            dtype = tf.as_dtype(taken[key].dtype)
            array = _from_json(value, dtype)
            request.inputs[key].CopyFrom(tf.make_tensor_proto(array, dtype))
        outputs = {
            key: _to_json(key, tf.make_ndarray(value))
            for key, value in self.server_of_models.predict(request).outputs.items()
        }
        is_one = len(outputs) == 1
        if is_rows:
            rows = [dict(zip(outputs, row)) for row in zip(*outputs.values())]
            rows = [next(iter(row.values())) for row in rows] if is_one else rows
            return _dumps({"predictions": rows})
        return _dumps({"outputs": next(iter(outputs.values())) if is_one else outputs})


def _fill(spec, match):
    spec.name = urllib.parse.unquote(match[1])
    if match[2]:
        spec.version.value = int(match[2])
    if match[3]:
        spec.version_label = urllib.parse.unquote(match[3])


def _as_json(message):
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


def _columns(content, taken):
    inputs = content["inputs"]
    if not isinstance(inputs, dict) or set(inputs) == {"b64"}:
        return {next(iter(taken)): inputs}
    for key in taken:
        if key not in inputs:
            raise Refusal(
                "INVALID_ARGUMENT", f"Missing named input: {key} in 'inputs' object."
            )
    return {key: inputs[key] for key in taken}


def _rows(content, taken):
    rows = content["instances"]
    if isinstance(rows[0], dict) and set(rows[0]) != {"b64"}:
        return {key: [row[key] for row in rows] for key in taken}
    return {next(iter(taken)): rows}


def _from_json(value, dtype):
    if dtype == tf.string:
        return np.asarray(_each(value, _unpacked), object)
    array = np.asarray(value)
    if array.size and dtype.is_integer and array.dtype.kind != "i":
        raise Refusal(
            "INVALID_ARGUMENT",
            f"JSON Value: {value} is not of expected type: {dtype.name}",
        )
    return array.astype(dtype.as_numpy_dtype)


def _to_json(name, array):
    if array.dtype != object:
        return array.tolist()

    def packed(item):
        if name.endswith("_bytes"):
            return {"b64": base64.b64encode(item).decode()}
        return item.decode(errors="surrogateescape")

    return _each(array.tolist(), packed)


def _each(value, convert):
    if isinstance(value, list):
        return [_each(item, convert) for item in value]
    return convert(value)


def _unpacked(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return value.encode()


def _dumps(content):
    """Writes bytes of strings as they are, which need not be UTF-8."""
    return json.dumps(content, ensure_ascii=False).encode(errors="surrogateescape")
