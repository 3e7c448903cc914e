"""The signatures of an export, as what JSON can hold."""

import json
import typing

import gradio
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.examples import example_requests
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import latency
from kerazoo.serving.client.json_lines import read_requests
from kerazoo.serving.client.json_lines import readable

_MOST = 2000  # Numbers of an output that are shown.


class SignaturesTab(Tab):
    """Asks any signature of any export, with inputs and outputs as JSON.

    They are written as those of `apps.client`: bytes that are no text are
    `{"b64": ...}`, as in TensorFlow Serving's REST.

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
                name: _blank(spec) for name, spec in self.model.specs(signature).items()
            }
        lines = [
            f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in readable(inputs).items()
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
            ValueError: If there is no such signature, the inputs are no JSON, or one is
                missing or of another shape or type.
        """
        self._check(signature)
        given, expected = read_requests(inputs), self.model.specs(signature)
        if len(given) != 1 or given[0].keys() != expected.keys():
            received = "; ".join(", ".join(one) for one in given)
            raise ValueError(
                f"Expected an object of {', '.join(expected)}. Received: {received}"
            )
        found, seconds = self.model.ask(signature, **given[0])
        small = {name: value for name, value in found.items() if value.size <= _MOST}
        shown = {name: _shape(value) for name, value in found.items()}
        return shown | readable(small), latency(seconds)

    def _check(self, signature):
        if signature not in self.model.signatures:
            names = ", ".join(sorted(self.model.signatures))
            raise ValueError(
                f"Expected a signature, one of {names}. Received: {signature}"
            )


def _blank(spec):
    shape = [size or 1 for size in spec.shape]
    return np.full(
        shape, b"" if spec.dtype == "string" else 0, spec.dtype.as_numpy_dtype
    )


def _shape(value):
    return f"{value.dtype} of shape {list(value.shape)}"
