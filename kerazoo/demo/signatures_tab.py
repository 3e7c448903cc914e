"""The signatures of an export, as what JSON can hold."""

import base64
import json
import typing

import gradio
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.examples import example_requests
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import latency

_MOST = 2000  # Numbers of an output that are shown.


class SignaturesTab(Tab):
    """Asks any signature of any export, with inputs and outputs as JSON.

    Bytes that are no text are `{"b64": ...}`, as in TensorFlow Serving's REST.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = SignaturesTab(exports["texts"])
    outputs, answered = tab.request("classify", '{"text": ["a good film"]}')
    outputs["probabilities"]
    ```
    """

    about = "Every signature of the model, its inputs and its outputs as JSON."

    def draw(self, page: gradio.Blocks) -> None:
        requests = example_requests(self.export)
        noted = self.metadata.get("signatures", ())
        names = list(dict.fromkeys([*requests, *noted])) or ["serving_default"]
        with gradio.Row():
            with gradio.Column(scale=2):
                signature = gradio.Dropdown(
                    names,
                    value=names[0],
                    label="Signature",
                    allow_custom_value=True,
                )
                inputs = gradio.Code(
                    self.example(names[0]) if requests else "{}",
                    language="json",
                    label="Inputs",
                    max_lines=20,
                )
                button = gradio.Button("Ask", variant="primary")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.JSON(label="Outputs", max_height=400), gradio.HTML()]
        signature.input(answering(self.example), signature, inputs)
        button.click(answering(self.request), [signature, inputs], outputs)

    def example(self, signature: str) -> str:
        """Returns the inputs of a request, as JSON.

        Args:
            signature: Its name.
        """
        inputs = example_requests(self.export).get(signature)
        if inputs is None:
            self._check(signature)
            inputs = {
                name: np.zeros([n or 1 for n in spec.shape], spec.dtype.as_numpy_dtype)
                for name, spec in self.model.specs(signature).items()
            }
        lines = [
            f"  {json.dumps(name)}: {json.dumps(_to_json(value))}"
            for name, value in inputs.items()
        ]
        return "{\n" + ",\n".join(lines) + "\n}"

    def request(self, signature: str, inputs: str) -> tuple[dict[str, typing.Any], str]:
        """Asks a signature.

        Args:
            signature: Its name.
            inputs: What it takes, an object of JSON.

        Returns:
            Its outputs, and how long it took.

        Raises:
            ValueError: If there is no such signature, an input is missing, or it is
                of another shape or type.
        """
        self._check(signature)
        try:
            given = json.loads(inputs)
        except ValueError as error:
            raise ValueError(f"Expected JSON. Received: {error}") from error
        expected = self.model.specs(signature)
        if not isinstance(given, dict) or given.keys() != expected.keys():
            received = ", ".join(given) if isinstance(given, dict) else inputs[:40]
            raise ValueError(
                f"Expected an object of {', '.join(expected)}. Received: {received}"
            )
        given = {name: _from_json(value) for name, value in given.items()}
        found, seconds = self.model.ask(signature, **given)
        return {name: _shown(value) for name, value in found.items()}, latency(seconds)

    def _check(self, signature):
        if signature not in self.model.signatures:
            names = ", ".join(sorted(self.model.signatures))
            raise ValueError(
                f"Expected a signature, one of {names}. Received: {signature}"
            )


def _shown(value):
    if value.size > _MOST:
        return f"{value.dtype} of shape {list(value.shape)}"
    return _to_json(value)


def _to_json(value):
    return _texts(np.asarray(value).tolist())


def _texts(value):
    if isinstance(value, list):
        return [_texts(one) for one in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, float):
        return float(f"{value:.7g}")
    return value


def _from_json(value):
    if isinstance(value, list):
        return [_from_json(one) for one in value]
    if isinstance(value, dict):
        return base64.b64decode(value.get("b64", ""))
    return value
