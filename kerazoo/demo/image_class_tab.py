"""Classes of a picture that is drawn or uploaded."""

import functools
import pathlib
import tempfile

import gradio
import numpy as np
from gradio.components.image_editor import EditorValue
from PIL import Image

from kerazoo.demo.answering import answering
from kerazoo.demo.bars import bars
from kerazoo.demo.pictures import png_of
from kerazoo.demo.pictures import strip
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency

_SIDE = 320
_BRUSH = 24
_MOST = 10  # Classes that are shown.


class ImageClassTab(Tab):
    """Says of which class a picture is.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = ImageClassTab(exports["images"])
    picture = {"background": None, "composite": Image.new("RGBA", (64, 64), "white")}
    best, probabilities, seen, answered = tab.classify(picture, False)
    ```
    """

    about = (
        "Draw with the mouse or a finger, or upload a picture. It is cut and scaled as "
        "the pictures of training; a drawing is first moved to the middle."
    )

    def warm_up(self) -> None:
        self.classify(self.example(0), False)

    def draw(self, page: gradio.Blocks) -> None:
        with gradio.Row():
            with gradio.Column(scale=2):
                editor = gradio.ImageEditor(
                    self.example(0),
                    type="pil",
                    label="Picture",
                    sources=("upload", "clipboard"),
                    buttons=[],
                    transforms=(),
                    layers=False,
                    brush=gradio.Brush(
                        default_size=_BRUSH,
                        colors=["#ffffff", "#000000"],
                        default_color="#ffffff",
                        color_mode="fixed",
                    ),
                    canvas_size=(_SIDE, _SIDE),
                    fixed_canvas=True,
                    height=_SIDE + 110,
                )
                with gradio.Row():
                    empty = gradio.Button("Empty")
                    other = gradio.Button("Other example", visible=self._has_examples)
                    button = gradio.Button("Classify", variant="primary")
                inverted = gradio.Checkbox(
                    False, label="Invert, for models of dark lines on white"
                )
                number = gradio.State(0)
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(4)]
        button.click(answering(self.classify), [editor, inverted], outputs)
        empty.click(lambda: _as_value(_ground()), None, editor)
        other.click(self._next, number, [number, editor])

    def classify(
        self, picture: EditorValue | None, inverted: bool
    ) -> tuple[str, str, str, str]:
        """Says of which class a picture is.

        Args:
            picture: What the editor gives: pictures of Pillow, `background`, what was
                drawn on, and `composite`, the whole.
            inverted: Whether white becomes black.

        Returns:
            The class, the probabilities as bars, the picture as the model sees it, and
            how long it took.

        Raises:
            ValueError: If there is no picture.
        """
        if picture is None or picture["composite"] is None:
            raise ValueError("Draw or upload a picture first.")
        image, below = _opaque(picture["composite"]), picture["background"]
        color = (0, 0, 0) if below is None else _color_of(_opaque(below))
        if color is not None:  # It was drawn on nothing.
            image = _in_the_middle(image, color, self.metadata["image_shape"])
        if inverted:
            image = Image.fromarray(255 - np.asarray(image))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "picture.png")
            image.save(path)
            pixels = self.predictor.prepare(path)
            probabilities, _, seconds = self.ask(pixels)
        names = self.metadata["class_names"]
        return (
            large(names[int(probabilities.argmax())]),
            bars(names, probabilities, as_shares=True, most=_MOST),
            strip([png_of(np.ascontiguousarray(pixels))], ["as the model sees it"]),
            latency(seconds),
        )

    def example(self, number: int) -> EditorValue:
        """Returns a picture to begin with, as the value of the editor.

        Args:
            number: Which one; models of digits have some of each digit in turn.
        """
        if not self._has_examples:
            return _as_value(_ground())
        images, labels, scale = self._digits
        same = images[labels == number % 10]
        pixels = same[number // 10 % len(same), ..., 0] * (255 / scale)
        image = Image.fromarray(pixels.astype(np.uint8))
        return _as_value(image.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))

    def _next(self, number):
        return number + 1, self.example(number + 1)

    @property
    def _has_examples(self):
        return self.metadata.get("dataset") == "digits"

    @functools.cached_property
    def _digits(self):
        from kerazoo.data.images.built_in import digits

        dataset = digits()
        return dataset.test_images, dataset.test_labels, dataset.scale


def _ground():
    return Image.new("RGB", (_SIDE, _SIDE))


def _as_value(image: Image.Image) -> EditorValue:
    image = image.convert("RGB")
    return {"background": image, "layers": [], "composite": image}


def _opaque(image):
    ground = Image.new("RGBA", image.size, "black")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _color_of(image):
    """Returns the colour of a picture of one colour, None of others."""
    extrema = image.getextrema()
    if any(low != high for low, high in extrema):
        return None
    return tuple(low for low, _ in extrema)


def _in_the_middle(image, color, image_shape):
    """Returns a drawing cut to what was drawn, in the middle of a square."""
    drawn = np.argwhere((np.asarray(image) != color).any(axis=-1))
    if not len(drawn):
        return image
    (top, left), (bottom, right) = drawn.min(axis=0), drawn.max(axis=0) + 1
    side = max(bottom - top, right - left)
    # As the digits of MNIST, 20 of whose 28 pixels are drawn on; those of 8 fill it.
    margin = side // 5 if min(image_shape[:2]) >= 16 else 0
    square = Image.new("RGB", (side + 2 * margin,) * 2, color)
    place = [margin + (side - size) // 2 for size in (right - left, bottom - top)]
    square.paste(image.crop((left, top, right, bottom)), tuple(place))
    return square
