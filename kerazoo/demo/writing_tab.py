"""How a text goes on."""

import math

import gradio

from kerazoo.demo.answering import answering
from kerazoo.demo.examples import example_texts
from kerazoo.demo.tab import Tab
from kerazoo.demo.table import table
from kerazoo.demo.words import latency


class WritingTab(Tab):
    """Goes on with a text in several ways, and says how likely each is.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = WritingTab(exports["writing"])
    texts, answered = tab.write("ROMEO:", count=2, temperature=1.0, top_p=0.9, seed=0)
    ```
    """

    about = (
        "Ways in which a text goes on. The perplexity of a token is small where the "
        "model finds a text likely."
    )

    def warm_up(self) -> None:
        self.write(example_texts(self.export)[0], 1, 1.0, 1.0, 0)

    def draw(self, page: gradio.Blocks) -> None:
        texts = example_texts(self.export)
        with gradio.Row():
            with gradio.Column(scale=2):
                prompt = gradio.Textbox(texts[0], label="Beginning", lines=2)
                with gradio.Row():
                    count = gradio.Slider(1, 8, 3, step=1, precision=0, label="Texts")
                    seed = gradio.Number(0, label="Seed", precision=0)
                with gradio.Row():
                    temperature = gradio.Slider(
                        0, 2, 0.8, step=0.05, label="Temperature, 0 for the likeliest"
                    )
                    top_p = gradio.Slider(
                        0.05, 1, 0.9, step=0.05, label="Top p, 1 for all tokens"
                    )
                button = gradio.Button("Write", variant="primary")
                gradio.Examples([[one] for one in texts], [prompt], label="Examples")
                score = gradio.Button("Only score the text above")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML(), gradio.HTML()]
        inputs = [prompt, count, temperature, top_p, seed]
        button.click(answering(self.write), inputs, outputs)
        score.click(answering(self.score), prompt, outputs)

    def write(
        self, prompt: str, count: int, temperature: float, top_p: float, seed: int
    ) -> tuple[str, str]:
        """Goes on with a text.

        Args:
            prompt: The text.
            count: How many times.
            temperature: 0 for the likeliest; more for more variety.
            top_p: Tokens are drawn from the likeliest that have this probability
                together.
            seed: Equal ones give equal texts.

        Returns:
            A table of the texts with their perplexities, and how long it took.
        """
        outputs, seconds = self.model.ask(
            "generate",
            prompt=[prompt] * count,
            seed=seed,
            temperature=temperature,
            top_p=top_p,
        )
        texts = [text.decode(errors="replace") for text in outputs["text"].tolist()]
        return self._scored(texts, seconds)

    def score(self, text: str) -> tuple[str, str]:
        """Says how likely a text is.

        Args:
            text: The text.

        Returns:
            A table of it with its perplexity, and how long it took.

        Raises:
            ValueError: If the text is blank.
        """
        if not text.strip():
            raise ValueError("Type a text first.")
        return self._scored([text], 0.0)

    def _scored(self, texts, seconds):
        scores, more = self.model.ask("score", text=texts)
        rows = [
            [text, float(score), _perplexity(score, tokens)]
            for text, score, tokens in zip(
                texts, scores["log_probability"], scores["num_tokens"]
            )
        ]
        columns = ["text", "log probability", "perplexity"]
        requests = 2 if seconds else 1
        return table(columns, rows), latency(seconds + more, requests)


def _perplexity(log_probability, num_tokens):
    return math.exp(min(-float(log_probability) / max(int(num_tokens), 1), 700.0))
