"""What the parts of the page that ask about one text have in common."""

import typing

import gradio

from kerazoo.demo.answering import answering
from kerazoo.demo.examples import example_texts
from kerazoo.demo.tab import Tab


class TextTab(Tab):
    """Base class of the parts of the page that ask about one text.

    A subclass has `answer`.

    Args:
        export, data_dir: See `Tab`.

    Attributes:
        action: What the button says.
    """

    action: typing.ClassVar[str] = ""

    def warm_up(self) -> None:
        self.answer(example_texts(self.export)[0])

    def draw(self, page: gradio.Blocks) -> None:
        texts = example_texts(self.export)
        with gradio.Row():
            with gradio.Column(scale=2):
                text = gradio.Textbox(texts[0], label="Text", lines=2, max_lines=8)
                button = gradio.Button(self.action, variant="primary")
                gradio.Examples([[one] for one in texts], [text], label="Examples")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(3)]
        gradio.on([button.click, text.submit], answering(self.answer), text, outputs)

    def answer(self, text: str) -> tuple[str, str, str]:
        """Returns the best answer, all answers, and how long it took.

        Args:
            text: The text.

        Raises:
            ValueError: If the text is blank.
        """
        raise NotImplementedError

    def ask(self, item: str) -> tuple[typing.Any, str, float]:
        if not item.strip():
            raise ValueError("Type a text first.")
        return super().ask(item.encode())
