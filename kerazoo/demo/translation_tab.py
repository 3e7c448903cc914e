"""Translations of a text."""

import gradio

from kerazoo.demo.answering import answering
from kerazoo.demo.examples import example_texts
from kerazoo.demo.tab import Tab
from kerazoo.demo.table import table
from kerazoo.demo.words import large
from kerazoo.demo.words import latency


class TranslationTab(Tab):
    """Translates a text, with alternatives.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = TranslationTab(exports["translations"])
    best, others, answered = tab.translate("3. Mai 1968")
    ```
    """

    about = "The likeliest translations; a score is the logarithm of a probability."

    def __init__(self, export, data_dir=None):
        super().__init__(export, data_dir)
        self.top_k = self.metadata["beam_size"]

    def warm_up(self) -> None:
        self.translate(example_texts(self.export)[0])

    def draw(self, page: gradio.Blocks) -> None:
        texts = example_texts(self.export)
        with gradio.Row():
            with gradio.Column(scale=2):
                text = gradio.Textbox(texts[0], label="Text", lines=2, max_lines=8)
                button = gradio.Button("Translate", variant="primary")
                gradio.Examples([[one] for one in texts], [text], label="Examples")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(3)]
        gradio.on([button.click, text.submit], answering(self.translate), text, outputs)

    def translate(self, text: str) -> tuple[str, str, str]:
        """Translates a text.

        Args:
            text: The text.

        Returns:
            The best translation, a table of all with their scores, and how long it
            took.

        Raises:
            ValueError: If the text is blank.
        """
        if not text.strip():
            raise ValueError("Type a text first.")
        answer, notes, seconds = self.ask(text.encode())
        rows = [[one["translation"], float(one["score"])] for one in answer]
        return (
            large(rows[0][0]) + notes,
            table(["translation", "score"], rows) if len(rows) > 1 else "",
            latency(seconds),
        )
