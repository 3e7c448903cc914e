"""TensorFlow Serving's REST API, with the standard library alone."""

import http.client
import socket
import urllib.error
import urllib.parse
import urllib.request

from kerazoo.serving.client import json_values
from kerazoo.serving.client.errors import ServingError
from kerazoo.serving.client.signatures import parse_metadata
from kerazoo.serving.client.signatures import parse_status

# HTTP status to the gRPC code that TensorFlow Serving makes it of. Three codes become
# 400, of which this is the usual one; 502 is of a proxy that reaches no server.
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestTransport:
    """Sends requests over REST, see `Transport`.

    Args:
        address: str. `host:port`, or with `http://` or `https://` before it.
    """

    def __init__(self, address: str):
        has_scheme = address.startswith(("http://", "https://"))
        self._root = (address if has_scheme else f"http://{address}").rstrip("/")

    def predict(self, spec, name, signature, arrays, timeout):
        inputs = {key: json_values.to_json(array) for key, array in arrays.items()}
        content = {"signature_name": name, "inputs": inputs}
        answer = self._ask(f"{_path(spec)}:predict", timeout, content)
        try:
            outputs = answer["outputs"]
            if len(signature.outputs) == 1:  # It comes without its name.
                outputs = dict.fromkeys(signature.outputs, outputs)
            return {
                key: json_values.from_json(outputs[key], info)
                for key, info in signature.outputs.items()
            }
        except (KeyError, TypeError, ValueError) as error:
            raise ServingError(
                "INTERNAL", f"the outputs are not those of the signature ({error!r})"
            ) from error

    def metadata(self, spec, timeout):
        found = self._ask(f"{_path(spec)}/metadata", timeout)
        try:
            return parse_metadata(
                found["model_spec"], found["metadata"]["signature_def"]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ServingError("INTERNAL", f"no metadata ({error!r})") from error

    def status(self, spec, timeout):
        return parse_status(self._ask(_path(spec), timeout))

    def close(self):
        pass

    def _ask(self, path, timeout, content=None):
        data = None if content is None else json_values.encode(content)
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._root}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json_values.decode(response.read())
        except urllib.error.HTTPError as error:
            code = _CODES.get(error.code, "UNKNOWN")
            raise ServingError(code, _message(error)) from None
        except (OSError, http.client.HTTPException) as error:
            raise _unanswered(error, timeout) from None
        except ValueError as error:
            raise _no_rest(error) from None


def _path(spec):
    path = f"/v1/models/{urllib.parse.quote(spec.name, safe='')}"
    if spec.version is not None:
        return f"{path}/versions/{spec.version}"
    if spec.label is not None:
        return f"{path}/labels/{urllib.parse.quote(spec.label, safe='')}"
    return path


def _message(error):
    """Returns the server's words, or HTTP's where it has none."""
    try:
        return str(json_values.decode(error.read())["error"])
    except (ValueError, KeyError, OSError, http.client.HTTPException):
        return f"HTTP {error.code} {error.reason}"


def _unanswered(error, timeout):
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return ServingError("DEADLINE_EXCEEDED", f"no answer in {timeout:.3g} seconds")
    if isinstance(error, http.client.HTTPException) and (
        not isinstance(error, ConnectionError)
    ):
        return _no_rest("it does not speak HTTP")
    if isinstance(reason, socket.gaierror):
        return ServingError("UNAVAILABLE", f"the host is not known ({reason})")
    return ServingError("UNAVAILABLE", f"no server can be reached ({reason})")


def _no_rest(why):
    return ServingError(
        "UNIMPLEMENTED",
        f"this is no REST API of TensorFlow Serving ({why}), whose port is usually "
        "8501",
    )
