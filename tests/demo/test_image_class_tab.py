import numpy as np
import pytest
from PIL import Image

from kerazoo.demo.export import Export
from kerazoo.demo.image_class_tab import ImageClassTab
from tests.demo.exports import exports
from tests.demo.html_parts import bars_of
from tests.demo.html_parts import pictures_of
from tests.demo.html_parts import words_of


@pytest.fixture(scope="module")
def tab():
    return ImageClassTab(exports()["images"])


def drawing(rows, columns, side=64):
    """Returns what the editor gives for a white rectangle on black."""
    pixels = np.zeros((side, side, 4), "uint8")
    pixels[rows, columns] = 255
    ground = Image.new("RGBA", (side, side), (0, 0, 0, 255))
    layer = Image.fromarray(pixels)
    whole = Image.alpha_composite(ground, layer)
    return {"background": ground, "layers": [layer], "composite": whole}


def picture(pixels):
    image = Image.fromarray(pixels)
    return {"background": image, "layers": [], "composite": image}


def assert_columns(seen, expected):
    """Asserts the light of the columns of a picture, but for what scaling mixes."""
    (found,) = pictures_of(seen)
    np.testing.assert_allclose(found, np.tile(expected, (4, 1)), atol=25)


def test_picture_is_seen_as_it_is(tab):
    pixels = np.zeros((40, 40, 3), "uint8")
    pixels[:, 30:] = 200  # The last of four columns.
    best, shares, seen, answered = tab.classify(picture(pixels), False)
    assert words_of(best).split() == ["right"]
    assert float(bars_of(shares)[0]["right"].rstrip("%")) > 85
    assert_columns(seen, [0, 0, 0, 200])
    assert "Answered" in answered


def test_drawing_is_moved_to_the_middle(tab):
    # A bar as high as wide twice: it fills the height, in the middle of the width.
    value = drawing(slice(8, 28), slice(40, 50))
    assert_columns(tab.classify(value, False)[2], [0, 255, 255, 0])
    assert_columns(tab.classify(value, True)[2], [255, 0, 0, 255])


def test_drawing_for_larger_pictures_has_a_margin(tab):
    metadata = {**tab.metadata, "image_shape": (28, 28, 1)}
    larger = ImageClassTab(Export("mnist", tab.export.version, metadata))
    larger.predictor.ask = lambda items, shared: ([np.array([0.5, 0.5])], {})
    value = drawing(slice(0, 50), slice(0, 50))
    (found,) = pictures_of(larger.classify(value, False)[2])
    lit = np.argwhere(found > 127)
    assert lit.min(axis=0).tolist() == [4, 4] and lit.max(axis=0).tolist() == [23, 23]


def test_nothing_drawn_is_black(tab):
    value = drawing(slice(0, 0), slice(0, 0))
    (found,) = pictures_of(tab.classify(value, False)[2])
    assert not found.any()
    value = {**value, "background": None}
    assert tab.classify(value, False)[1]


def test_no_picture_is_an_error(tab):
    for value in (None, {"background": None, "layers": [], "composite": None}):
        with pytest.raises(ValueError, match="Draw or upload"):
            tab.classify(value, False)


def test_digits_have_examples(tab):
    digits = ImageClassTab(
        Export("digits", tab.export.version, {**tab.metadata, "dataset": "digits"})
    )
    first, second = (np.asarray(digits.example(i)["composite"]) for i in (0, 10))
    assert first.shape == (320, 320, 3) and (first != second).any()
    assert first.max() > 240
    assert not np.asarray(tab.example(0)["composite"]).any()
