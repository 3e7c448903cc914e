"""TensorFlow Serving's gRPC API; TensorFlow is imported for its messages."""

import contextlib

import grpc
import tensorflow as tf
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kerazoo.serving.client.errors import ServingError
from kerazoo.serving.client.signatures import parse_metadata
from kerazoo.serving.client.signatures import parse_status

_OPTIONS = [
    ("grpc.max_receive_message_length", -1),  # Pictures are larger than 4 MiB.
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
]


class GrpcTransport:
    """Sends requests over gRPC, see `Transport`.

    Args:
        address: str. `host:port`, with `https://` before it for TLS.
    """

    def __init__(self, address: str):
        scheme, _, host = address.rpartition("://")
        if scheme == "https":
            credentials = grpc.ssl_channel_credentials()
            self._channel = grpc.secure_channel(host, credentials, _OPTIONS)
        else:
            self._channel = grpc.insecure_channel(host, _OPTIONS)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def predict(self, spec, name, signature, arrays, timeout):
        request = predict_pb2.PredictRequest(model_spec=_message(spec, name))
        for key, array in arrays.items():
            dtype = signature.inputs[key].dtype
            request.inputs[key].CopyFrom(tf.make_tensor_proto(array, dtype))
        with _serving_errors():
            response = self._predictions.Predict(request, timeout=timeout)
        return {
            key: tf.make_ndarray(value)
            for key, value in sorted(response.outputs.items())
        }

    def metadata(self, spec, timeout):
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=_message(spec), metadata_field=["signature_def"]
        )
        with _serving_errors():
            response = self._predictions.GetModelMetadata(request, timeout=timeout)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        return parse_metadata(_fields(response.model_spec), _fields(signatures))

    def status(self, spec, timeout):
        request = get_model_status_pb2.GetModelStatusRequest(model_spec=_message(spec))
        with _serving_errors():
            response = self._models.GetModelStatus(request, timeout=timeout)
        return parse_status(_fields(response))

    def close(self):
        self._channel.close()


@contextlib.contextmanager
def _serving_errors():
    try:
        yield
    except grpc.RpcError as error:
        raise ServingError(error.code().name, error.details() or "") from None


def _message(spec, signature=""):
    message = model_pb2.ModelSpec(name=spec.name, signature_name=signature)
    if spec.version is not None:
        message.version.value = spec.version
    if spec.label is not None:
        message.version_label = spec.label
    return message


def _fields(message):
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
