"""Pictures that come out of noise."""

from collections.abc import Iterator

import gradio

from kerazoo.demo.answering import answering
from kerazoo.demo.pictures import strip
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import latency

_MOST_STEPS = 100
_MOST_PICTURES = 16


class DiffusionTab(Tab):
    """Makes pictures with ever more steps of the sampler, from the same noise.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = DiffusionTab(exports["diffusion"])
    for pictures, stages, answered in tab.generate(count=1, seed=0, steps=4):
        pass  # With 1, 2 and 4 steps.
    ```
    """

    about = (
        "Pictures come out of noise. The row below shows the first one after 1, 2, 4 "
        "and more steps from the same noise."
    )

    def warm_up(self) -> None:
        self._sample(1, 0, 1, -1, 1.0)

    def draw(self, page: gradio.Blocks) -> None:
        max_steps = min(self.metadata.get("max_steps") or _MOST_STEPS, _MOST_STEPS)
        inputs: list[gradio.components.Component] = []
        with gradio.Row():
            with gradio.Column(scale=2):
                with gradio.Row():
                    inputs.append(
                        gradio.Slider(
                            1, _MOST_PICTURES, 8, step=1, precision=0, label="Pictures"
                        )
                    )
                    inputs.append(gradio.Number(0, label="Seed", precision=0))
                steps = min(self.metadata.get("steps") or 20, max_steps)
                inputs.append(
                    gradio.Slider(
                        1, max_steps, steps, step=1, precision=0, label="Steps"
                    )
                )
                if self.metadata.get("num_classes") is not None:
                    choices = self.class_choices(any_class=True)
                    value = choices[min(4, len(choices) - 1)][1]
                    inputs.append(gradio.Dropdown(choices, value=value, label="Class"))
                    guidance = self.metadata.get("guidance") or 1.0
                    inputs.append(
                        gradio.Slider(0, 8, guidance, step=0.1, label="Guidance")
                    )
                button = gradio.Button("Generate", variant="primary")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(3)]
        button.click(answering(self.generate), inputs, outputs)

    def generate(
        self,
        count: int,
        seed: int,
        steps: int,
        label: int = -1,
        guidance: float = 1.0,
    ) -> Iterator[tuple[str, str, str]]:
        """Makes pictures with 1, 2, 4 and more steps, up to those asked for.

        Args:
            count: Number of pictures.
            seed: Equal ones give equal noise.
            steps: Steps of the sampler.
            label: Class, -1 for any.
            guidance: 1 for none; more makes pictures clearer and more alike.

        Yields:
            The pictures, the first one after each number of steps, and how long it
            took.
        """
        firsts: list[bytes] = []
        captions: list[str] = []
        total = 0.0
        for number in stages(steps):
            outputs, seconds = self._sample(count, seed, number, label, guidance)
            total += seconds
            pngs = outputs["png_bytes"].tolist()
            firsts.append(pngs[0])
            captions.append(f"{number} step{'s' if number > 1 else ''}")
            yield (
                strip(pngs, size="5.5rem"),
                strip(firsts, captions, size="4rem"),
                latency(total, len(firsts)),
            )

    def _sample(self, count, seed, steps, label, guidance):
        return self.model.ask(
            "sample",
            count=count,
            seed=seed,
            steps=steps,
            label=[label],
            guidance=guidance,
        )


def stages(steps: int) -> list[int]:
    """Returns 1, 2, 4 and so on below a number of steps, and that number.

    Example:

    ```python
    stages(20)  # [1, 2, 4, 8, 16, 20]
    ```
    """
    return [*(2**i for i in range(steps.bit_length()) if 2**i < steps), steps]
