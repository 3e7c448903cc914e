"""An export that is asked by its signatures."""

import functools
import time
import typing

import numpy as np
import tensorflow as tf

from kerazoo.demo.export import Export
from kerazoo.serving.signatures import load_signatures


class Model:
    """Asks the signatures of an export, which is loaded when it is first asked.

    Args:
        export: The export.

    Example:

    ```python
    model = Model(exports["texts"])
    outputs, seconds = model.ask("classify", text=["a good film"])
    outputs["probabilities"][0]
    ```
    """

    def __init__(self, export: Export):
        self._export = export

    @functools.cached_property
    def signatures(self) -> dict[str, typing.Any]:
        """Functions of named tensors, by name."""
        if self._export.metadata.get("family") == "transformer":
            import tensorflow_text  # noqa: F401  Its operations are in the models.
        return load_signatures(self._export.version)

    def specs(self, signature: str) -> dict[str, tf.TensorSpec]:
        """Returns what a signature takes, by name."""
        return self.signatures[signature].structured_input_signature[1]

    def ask(
        self, signature: str, **inputs: typing.Any
    ) -> tuple[dict[str, np.ndarray], float]:
        """Returns the outputs of a signature and how many seconds they took.

        Args:
            signature: Its name.
            **inputs: What it takes, as arrays or what they are made of; others are left
                out.

        Raises:
            ValueError: If an input is of another shape or type.
            tf.errors.InvalidArgumentError: If the model refuses a value.
        """
        tensors = {}
        for name, spec in self.specs(signature).items():
            try:
                tensors[name] = _tensor(inputs[name], spec.dtype)
            except (TypeError, ValueError) as error:
                raise ValueError(f"The input {name} of {signature}: {error}") from error
        start = time.perf_counter()
        found = self.signatures[signature](**tensors)
        outputs = {name: value.numpy() for name, value in found.items()}
        return outputs, time.perf_counter() - start


def _tensor(value, dtype):
    if value is None:
        raise ValueError("expected a value. Received: none")
    if dtype.is_integer:
        array, limits = np.asarray(value), np.iinfo(dtype.as_numpy_dtype)
        # TensorFlow would take the last bits of a larger one.
        if array.size and (array.min() < limits.min or array.max() > limits.max):
            raise ValueError(
                f"expected whole numbers from {limits.min} to {limits.max}. "
                f"Received: {value}"
            )
    return tf.constant(value, dtype)
