"""Classes of a text."""

from kerazoo.demo.bars import bars
from kerazoo.demo.text_tab import TextTab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency

_MOST = 10  # Classes that are shown.


class TextClassTab(TextTab):
    """Says of which class a text is.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = TextClassTab(exports["texts"])
    best, probabilities, answered = tab.answer("a good film")
    ```
    """

    about = "The classes of a text, the likeliest first."
    action = "Classify"

    def answer(self, text: str) -> tuple[str, str, str]:
        """Says of which class a text is.

        Args:
            text: The text.

        Returns:
            The class, the probabilities as bars, and how long it took.

        Raises:
            ValueError: If the text is blank.
        """
        probabilities, notes, seconds = self.ask(text)
        names = self.metadata["class_names"]
        return (
            large(names[int(probabilities.argmax())]) + notes,
            bars(names, probabilities, as_shares=True, most=_MOST),
            latency(seconds),
        )
