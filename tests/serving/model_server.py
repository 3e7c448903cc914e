"""A TensorFlow Serving for tests, in this process: its messages, its JSON, its errors.

It answers as `tensorflow_model_server` 2.20 does, by its documentation and its source:
predictions, metadata and states over gRPC and REST, of versions and labels. It does not
poll files, batch or warm up.
"""

import concurrent.futures
import http.server
import pathlib
import threading
import time

import grpc
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving.config import model_server_config_pb2

from tests.serving.rest_handler import Refusal
from tests.serving.rest_handler import RestHandler


class ModelServer:
    """Serves what a `models.config` names, on two free ports of this machine.

    Attributes:
        grpc_address, rest_address: host:port.
        requests: Number of requests so far.
        refusals: Refusals that the next requests get, first come first served.
        delay: Seconds before each answer.
    """

    def __init__(self, config_file):
        self.requests, self.refusals, self.delay = 0, [], 0.0
        self._models, self._labels = {}, {}
        self.load(config_file)
        self._grpc = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            _Predictions(self), self._grpc
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            _Models(self), self._grpc
        )
        self.grpc_address = f"localhost:{self._grpc.add_insecure_port('localhost:0')}"
        self._grpc.start()
        handler = type("Handler", (RestHandler,), {"server_of_models": self})
        self._http = http.server.ThreadingHTTPServer(("localhost", 0), handler)
        self.rest_address = f"localhost:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self):
        self._grpc.stop(None)
        self._http.shutdown()
        self._http.server_close()

    def load(self, config_file):
        """Loads and unloads as a file says; a label may name a loaded version only.

        New labels may name others, as --allow_version_labels_for_unavailable_models.
        """
        config = model_server_config_pb2.ModelServerConfig()
        text_format.Parse(pathlib.Path(config_file).read_text(), config)
        models = config.model_config_list.config
        for model in models:
            for label, version in model.version_labels.items():
                old = self._labels.get(model.name, {}).get(label, version)
                if old != version and version not in self._models[model.name]:
                    raise Refusal(
                        "FAILED_PRECONDITION",
                        f"Request to assign label to version {version} of model "
                        f"{model.name}, which is not currently available for inference",
                    )
        found = {}
        for model in models:
            base = pathlib.Path(model.base_path)
            there = sorted(int(p.name) for p in base.iterdir() if p.name.isdigit())
            wanted = set(model.model_version_policy.specific.versions) or {there[-1]}
            before = self._models.get(model.name, {})
            found[model.name] = {
                version: before.get(version) or _Version(base / str(version))
                for version in there
                if version in wanted
            }
        self._models = found
        self._labels = {model.name: dict(model.version_labels) for model in models}

    def begin(self):
        """Counts a request, and refuses or delays it where that is wanted."""
        self.requests += 1
        time.sleep(self.delay)
        if self.refusals:
            raise self.refusals.pop(0)

    def find(self, spec):
        """Returns number and `_Version` of a ModelSpec."""
        versions = self._models.get(spec.name, {})
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            label = spec.version_label
            if label not in self._labels.get(spec.name, {}):
                raise Refusal(
                    "INVALID_ARGUMENT", f"Unrecognized servable version label: {label}"
                )
            number = self._labels[spec.name][label]
        elif choice == "version":
            number = spec.version.value
        else:
            number = max(versions, default=None)
        if number not in versions:
            what = f"Latest({spec.name})"
            if choice:
                what = f"Specific({spec.name}, {number})"
            raise Refusal("NOT_FOUND", f"Servable not found for request: {what}")
        return number, versions[number]

    def predict(self, request):
        self.begin()
        number, version = self.find(request.model_spec)
        name = request.model_spec.signature_name or "serving_default"
        if name not in version.signatures:
            raise Refusal(
                "FAILED_PRECONDITION", f'Serving signature key "{name}" not found.'
            )
        inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
        response = predict_pb2.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = number
        response.model_spec.signature_name = name
        for key, value in version.run(name, inputs).items():
            response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
        return response

    def metadata(self, request):
        self.begin()
        number, version = self.find(request.model_spec)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = number
        response.metadata["signature_def"].Pack(version.definitions)
        return response

    def status(self, request):
        self.begin()
        name = request.model_spec.name
        if not self._models.get(name):
            raise Refusal("NOT_FOUND", f"Could not find any versions of model {name}")
        response = get_model_status_pb2.GetModelStatusResponse()
        for number in sorted(self._models[name], reverse=True):
            found = response.model_version_status.add(version=number)
            found.state = get_model_status_pb2.ModelVersionStatus.AVAILABLE
        return response


class _Version:
    """One loaded version."""

    def __init__(self, path):
        self._model = tf.saved_model.load(str(path))
        saved = saved_model_pb2.SavedModel()
        saved.ParseFromString((path / "saved_model.pb").read_bytes())
        self.signatures = saved.meta_graphs[0].signature_def
        self.definitions = get_model_metadata_pb2.SignatureDefMap()
        for name, definition in self.signatures.items():
            self.definitions.signature_def[name].CopyFrom(definition)

    def run(self, name, inputs):
        taken = self.signatures[name].inputs
        if inputs.keys() != taken.keys():
            raise Refusal(
                "INVALID_ARGUMENT",
                f"Expected {len(taken)} inputs, got {len(inputs)}",
            )
        tensors = {
            key: tf.constant(value, tf.as_dtype(taken[key].dtype))
            for key, value in inputs.items()
        }
        try:
            outputs = self._model.signatures[name](**tensors)
        except (tf.errors.InvalidArgumentError, TypeError) as error:
            raise Refusal("INVALID_ARGUMENT", str(error).split(" [Op:")[0]) from error
        return {key: value.numpy() for key, value in outputs.items()}


class _Predictions(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, server):
        self._server = server

    def Predict(self, request, context):
        return _answer(self._server.predict, request, context)

    def GetModelMetadata(self, request, context):
        return _answer(self._server.metadata, request, context)


class _Models(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, server):
        self._server = server

    def GetModelStatus(self, request, context):
        return _answer(self._server.status, request, context)


def _answer(method, request, context):
    try:
        return method(request)
    except Refusal as refusal:
        context.abort(grpc.StatusCode[refusal.code], refusal.message)
