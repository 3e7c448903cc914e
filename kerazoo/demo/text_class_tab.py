"""Classes of a text."""

import gradio

from kerazoo.demo.answering import answering
from kerazoo.demo.bars import bars
from kerazoo.demo.examples import example_texts
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency

_MOST = 10  # Classes that are shown.


class TextClassTab(Tab):
    """Says of which class a text is.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = TextClassTab(exports["texts"])
    best, probabilities, answered = tab.classify("a good film")
    ```
    """

    about = "The classes of a text, the likeliest first."

    def warm_up(self) -> None:
        self.classify(example_texts(self.export)[0])

    def draw(self, page: gradio.Blocks) -> None:
        texts = example_texts(self.export)
        with gradio.Row():
            with gradio.Column(scale=2):
                text = gradio.Textbox(texts[0], label="Text", lines=2, max_lines=8)
                button = gradio.Button("Classify", variant="primary")
                gradio.Examples([[one] for one in texts], [text], label="Examples")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(3)]
        gradio.on([button.click, text.submit], answering(self.classify), text, outputs)

    def classify(self, text: str) -> tuple[str, str, str]:
        """Says of which class a text is.

        Args:
            text: The text.

        Returns:
            The class, the probabilities as bars, and how long it took.

        Raises:
            ValueError: If the text is blank.
        """
        if not text.strip():
            raise ValueError("Type a text first.")
        probabilities, notes, seconds = self.ask(text.encode())
        names = self.metadata["class_names"]
        return (
            large(names[int(probabilities.argmax())]) + notes,
            bars(names, probabilities, as_shares=True, most=_MOST),
            latency(seconds),
        )
