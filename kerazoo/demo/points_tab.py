"""Points of a GAN of a plane."""

import gradio
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import latency

_SIDE = 400


class PointsTab(Tab):
    """Draws the points that a GAN of two coordinates makes.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = PointsTab(exports["points"])
    picture, answered = tab.generate(count=500, seed=0, truncation=0.0)
    ```
    """

    about = "Points of the plane, one for each latent."

    def warm_up(self) -> None:
        self.generate(1, 0, 0.0)

    def draw(self, page: gradio.Blocks) -> None:
        with gradio.Row():
            with gradio.Column(scale=2):
                with gradio.Row():
                    count = gradio.Slider(
                        1, 4000, 1000, step=1, precision=0, label="Points"
                    )
                    seed = gradio.Number(0, label="Seed", precision=0)
                truncation = gradio.Slider(
                    0, 3, 0, step=0.1, label="Truncation, 0 for none"
                )
                button = gradio.Button("Generate", variant="primary")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML(), gradio.HTML()]
        button.click(answering(self.generate), [count, seed, truncation], outputs)

    def generate(self, count: int, seed: int, truncation: float) -> tuple[str, str]:
        """Makes new points.

        Args:
            count: Number of points.
            seed: Equal ones give equal points.
            truncation: Bound of the latents, 0 for none.

        Returns:
            Their picture, and how long it took.
        """
        outputs, seconds = self.model.ask(
            "sample", count=count, seed=seed, truncation=truncation
        )
        return _scatter(outputs["samples"]), latency(seconds)


def _scatter(points: np.ndarray) -> str:
    points = points.reshape(len(points), -1)
    points = np.pad(points, ((0, 0), (0, max(0, 2 - points.shape[1]))))[:, :2]
    reach = float(np.abs(points).max()) or 1.0
    places = (points * [1, -1] / reach + 1.05) * (_SIDE / 2.1)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y in places)
    return (
        f'<svg class="points" viewBox="0 0 {_SIDE} {_SIDE}" role="img" '
        f'aria-label="{len(points)} points">{dots}</svg>'
    )
