"""A client of TensorFlow Serving, over gRPC or REST."""

import typing
import urllib.parse

import numpy as np
import numpy.typing as npt

from kerazoo.serving.client import retries as retrying
from kerazoo.serving.client.errors import ServingError
from kerazoo.serving.client.model_spec import ModelSpec
from kerazoo.serving.client.signatures import ModelMetadata
from kerazoo.serving.client.signatures import VersionStatus
from kerazoo.serving.client.transport import Transport

PROTOCOLS = {"grpc": 8500, "rest": 8501}  # With TensorFlow Serving's usual ports.


class Client:
    """Asks a running TensorFlow Serving.

    Over REST it needs no TensorFlow. Requests are sent again while the server is
    `UNAVAILABLE`; what it has refused is not.

    Args:
        address: str. `host:port`, with `https://` before it for TLS. Default:
            localhost and the usual port of the protocol.
        protocol: str. `"grpc"` or `"rest"`.
        timeout: float. Seconds that a request may take, with its repetitions.
        retries: int. How often a request is sent again at most.

    Raises:
        ValueError: If the protocol is another one, or the address has no port.

    Example:

    ```python
    with Client("localhost:8501", protocol="rest", timeout=5.0) as client:
        client.address
        # client.predict("dqn_cartpole", {"observation": [[0.02, 0.1, -0.03, 0.2]]})
    ```
    """

    def __init__(
        self,
        address: str | None = None,
        protocol: str = "grpc",
        timeout: float = 10.0,
        retries: int = 3,
    ):
        if protocol not in PROTOCOLS:
            raise ValueError(
                f"`protocol` must be {' or '.join(PROTOCOLS)}. "
                f"Received: protocol={protocol}"
            )
        self.address = address or f"localhost:{PROTOCOLS[protocol]}"
        _check_address(self.address)
        self.protocol = protocol
        self._timeout, self._retries = timeout, retries
        self._transport = _transport(protocol, self.address)
        self._known: dict[ModelSpec, ModelMetadata] = {}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def predict(
        self,
        model: str,
        inputs: typing.Mapping[str, npt.ArrayLike],
        signature: str = "serving_default",
        version: int | None = None,
        label: str | None = None,
    ) -> dict[str, np.ndarray]:
        """Returns what a model answers.

        Args:
            model: str. Name of the model.
            inputs: dict of input name to array, list or number; str or bytes for
                strings. Numbers become of the signature's types.
            signature: str. Name of the signature.
            version: int or None. Default: the newest one.
            label: str or None. A version by its label.

        Returns:
            dict of output name to array of the signature's type; strings are objects
            of bytes.

        Raises:
            ValueError: If the model has no such signature, or the inputs are others.
            ServingError: If the server does not answer, or refuses.
        """
        spec = ModelSpec(model, version, label)
        try:
            found, arrays = self._prepared(spec, signature, inputs)
            return self._ask(
                f"{spec}, signature {signature}",
                lambda seconds: self._transport.predict(
                    spec, signature, found, arrays, seconds
                ),
            )
        except ServingError:
            self._known.pop(spec, None)  # Another version may answer by now.
            raise

    def metadata(
        self, model: str, version: int | None = None, label: str | None = None
    ) -> ModelMetadata:
        """Returns which version of a model answers, and its signatures.

        Args:
            model: str. Name of the model.
            version: int or None. Default: the newest one.
            label: str or None. A version by its label.

        Returns:
            `ModelMetadata`.

        Raises:
            ServingError: If the server does not answer, or has no such model.
        """
        spec = ModelSpec(model, version, label)
        try:
            return self._ask(
                str(spec), lambda seconds: self._transport.metadata(spec, seconds)
            )
        except ServingError as error:
            if error.code != "NOT_FOUND":
                raise
            details = self._what_exists(model, error.details)
            raise ServingError(error.code, details, error.request) from None

    def status(self, model: str) -> list[VersionStatus]:
        """Returns how far the server is with the versions of a model, ascending.

        Args:
            model: str. Name of the model.

        Returns:
            list of `VersionStatus`.

        Raises:
            ServingError: If the server does not answer, or has no such model.
        """
        spec = ModelSpec(model)
        return self._ask(
            str(spec), lambda seconds: self._transport.status(spec, seconds)
        )

    def _ask(self, what, send):
        try:
            return retrying.ask(send, self._timeout, self._retries)
        except ServingError as error:
            request = f"{self.address} ({self.protocol}), {what}"
            raise ServingError(error.code, error.details, request) from None

    def _prepared(self, spec, name, inputs):
        """Returns a signature, and the inputs as arrays of its types."""
        if spec in self._known:
            try:
                return _prepare(self._known[spec], name, inputs, self.address)
            except ValueError:
                pass  # The version that answers may be another one by now.
        self._known[spec] = self.metadata(spec.name, spec.version, spec.label)
        return _prepare(self._known[spec], name, inputs, self.address)

    def _what_exists(self, model, details):
        try:
            found = self.status(model)
        except ServingError:
            return f"{details}. The server has no model {model}"
        there = ", ".join(f"{status.version} ({status.state})" for status in found)
        return f"{details}. The model has the versions {there}"


def _check_address(address):
    scheme, _, rest = address.rpartition("://")
    try:
        parts = urllib.parse.urlsplit(f"//{rest}")
        is_right = bool(parts.hostname) and (parts.port or scheme)
    except ValueError:  # The port is no number.
        is_right = False
    if not is_right or scheme not in ("", "http", "https"):
        raise ValueError(
            "`address` must be host:port, such as localhost:8501. "
            f"Received: address={address}"
        )


def _prepare(metadata, name, inputs, address):
    signature = metadata.signatures.get(name)
    if signature is None:
        raise ValueError(
            f"`signature` must be one of {', '.join(metadata.signatures)}, which "
            f"version {metadata.version} of {metadata.name} has at {address}. "
            f"Received: signature={name}"
        )
    return signature, signature.arrays(inputs)


def _transport(protocol: str, address: str) -> Transport:
    if protocol == "rest":
        from kerazoo.serving.client.rest_transport import RestTransport

        return RestTransport(address)
    from kerazoo.serving.client.grpc_transport import GrpcTransport

    return GrpcTransport(address)
