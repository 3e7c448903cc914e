"""Translations of a text."""

from kerazoo.demo.table import table
from kerazoo.demo.text_tab import TextTab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency


class TranslationTab(TextTab):
    """Translates a text, with alternatives.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = TranslationTab(exports["translations"])
    best, others, answered = tab.answer("3. Mai 1968")
    ```
    """

    about = "The likeliest translations; a score is the logarithm of a probability."
    action = "Translate"

    def __init__(self, export, data_dir=None):
        super().__init__(export, data_dir)
        self.top_k = self.metadata["beam_size"]

    def answer(self, text: str) -> tuple[str, str, str]:
        """Translates a text.

        Args:
            text: The text.

        Returns:
            The best translation, a table of all with their scores, and how long it
            took.

        Raises:
            ValueError: If the text is blank.
        """
        answers, notes, seconds = self.ask(text)
        rows = [[one["translation"], float(one["score"])] for one in answers]
        return (
            large(rows[0][0]) + notes,
            table(["translation", "score"], rows) if len(rows) > 1 else "",
            latency(seconds),
        )
