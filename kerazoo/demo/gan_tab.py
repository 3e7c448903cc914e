"""Pictures of a GAN, and the way from one to another."""

import gradio
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.pictures import strip
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import latency

_BETWEEN = 9  # Pictures on the way.


class GANTab(Tab):
    """Makes pictures of a seed, and those between two seeds.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = GANTab(exports["gan"])
    pictures, answered = tab.generate(count=16, seed=0, truncation=0.0)
    ```
    """

    about = (
        "A picture for each latent. A small truncation makes them better and more "
        "alike; between two seeds one picture becomes another."
    )

    def warm_up(self) -> None:
        self.generate(1, 0, 0.0)
        self.interpolate(0, 1, 0.0)

    def draw(self, page: gradio.Blocks) -> None:
        labels: list[gradio.components.Component] = []
        with gradio.Row():
            with gradio.Column(scale=2):
                with gradio.Row():
                    count = gradio.Slider(
                        1, 64, 24, step=1, precision=0, label="Pictures"
                    )
                    seed = gradio.Number(0, label="Seed", precision=0)
                truncation = gradio.Slider(
                    0, 3, 0, step=0.1, label="Truncation, 0 for none"
                )
                if self.metadata.get("num_classes") is not None:
                    choices = self.class_choices(any_class=True)
                    labels = [gradio.Dropdown(choices, value=-1, label="Class")]
                button = gradio.Button("Generate", variant="primary")
                with gradio.Row():
                    first = gradio.Number(1, label="From seed", precision=0)
                    last = gradio.Number(2, label="To seed", precision=0)
                between = gradio.Button("Go from one to the other")
            with gradio.Column(scale=3, elem_classes="answers"):
                pictures, answered = gradio.HTML(), gradio.HTML()
        outputs = [pictures, answered]
        button.click(
            answering(self.generate), [count, seed, truncation, *labels], outputs
        )
        between.click(
            answering(self.interpolate), [first, last, truncation, *labels], outputs
        )

    def generate(
        self, count: int, seed: int, truncation: float, label: int = -1
    ) -> tuple[str, str]:
        """Makes new pictures.

        Args:
            count: Number of pictures.
            seed: Equal ones give equal pictures.
            truncation: Bound of the latents, 0 for none.
            label: Class, -1 for any.

        Returns:
            The pictures, and how long it took.
        """
        outputs, seconds = self.model.ask(
            "sample", count=count, seed=seed, truncation=truncation, label=[label]
        )
        return strip(outputs["png_bytes"].tolist(), size="5rem"), latency(seconds)

    def interpolate(
        self, first: int, last: int, truncation: float, label: int = -1
    ) -> tuple[str, str]:
        """Makes the pictures between the first ones of two seeds.

        Args:
            first, last: The seeds.
            truncation: Bound of the latents, 0 for none.
            label: Class, -1 for that of the first seed.

        Returns:
            The pictures, and how long it took.
        """
        from kerazoo.layers import slerp
        from kerazoo.models.gan.latents import sample_labels
        from kerazoo.models.gan.latents import sample_latents

        size = self.metadata["latent_size"]
        start, end = (
            np.repeat(sample_latents(1, size, seed, truncation or None), _BETWEEN, 0)
            for seed in (first, last)
        )
        latents = slerp(start, end, np.linspace(0, 1, _BETWEEN, dtype=np.float32))
        num_classes = self.metadata.get("num_classes")
        if num_classes is not None and label < 0:
            label = int(sample_labels(np.array([-1], np.int32), num_classes, first)[0])
        outputs, seconds = self.model.ask("generate", latents=latents, label=[label])
        pngs = outputs["png_bytes"].tolist()
        captions = [f"seed {first}", *[""] * (_BETWEEN - 2), f"seed {last}"]
        return strip(pngs, captions, size="6rem"), latency(seconds)
