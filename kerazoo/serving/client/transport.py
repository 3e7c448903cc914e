"""What the two protocols of TensorFlow Serving have in common."""

import typing

import numpy as np

from kerazoo.serving.client.model_spec import ModelSpec
from kerazoo.serving.client.signatures import ModelMetadata
from kerazoo.serving.client.signatures import Signature
from kerazoo.serving.client.signatures import VersionStatus


class Transport(typing.Protocol):
    """Sends one request at a time, once.

    Every method takes the seconds that the request may take, and raises a
    `ServingError` if it is not answered.
    """

    def predict(
        self,
        spec: ModelSpec,
        name: str,
        signature: Signature,
        arrays: dict[str, np.ndarray],
        timeout: float,
    ) -> dict[str, np.ndarray]:
        """Returns the outputs of the signature of a name."""

    def metadata(self, spec: ModelSpec, timeout: float) -> ModelMetadata:
        """Returns what a server tells of a model."""

    def status(self, spec: ModelSpec, timeout: float) -> list[VersionStatus]:
        """Returns how far the server is with the versions of a model."""

    def close(self) -> None:
        """Closes what is open."""
