import io

import numpy as np
import pytest
from PIL import Image

from kerazoo.tasks.transformer.attention_pictures import image_picture
from kerazoo.tasks.transformer.attention_pictures import tokens_picture
from kerazoo.tasks.transformer.attention_pictures import translation_picture


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def changed(one, other):
    """Returns first and last row and column that differ, as shares of the picture."""
    one, other = pixels(one), pixels(other)
    assert one.shape == other.shape
    places = np.argwhere(abs(one - other).sum(axis=-1) > 0)
    return places.min(axis=0) / one.shape[:2], places.max(axis=0) / one.shape[:2]


@pytest.mark.parametrize("channels", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_patches_are_marked_in_their_panels(channels):
    image = np.zeros((8, 8, channels), "uint8")
    left, right = np.eye(2)[[0, 0]], np.eye(2)[[1, 1]]
    heads = np.stack([left, left])
    before = image_picture(image, left, heads)
    start, end = changed(before, image_picture(image, right, heads))
    assert 0.25 < start[1] < end[1] < 0.5  # The second of four.
    start, end = changed(before, image_picture(image, left, np.stack([left, right])))
    assert start[1] > 0.75


def test_bars_stand_over_the_maps():
    tokens, heads = ["a", "$good", "film"], np.full((2, 3, 3), 1 / 3)
    even, odd = np.full(3, 1 / 3), np.array([0.3, 0.3, 0.4])
    before = tokens_picture(tokens, even, heads)
    _, end = changed(before, tokens_picture(tokens, odd, heads))
    other = heads.copy()
    other[1, 0] = [0, 1, 0]
    start, _ = changed(before, tokens_picture(tokens, even, other))
    assert end[0] < start[0]


def test_blocks_of_a_translation_and_many_tokens():
    blocks = np.full((4, 2, 3), 1 / 3)
    few = pixels(translation_picture(["a", "b", "c"], ["x", "y"], blocks[:1]))
    many = pixels(translation_picture(["a", "b", "c"], ["x", "y"], blocks))
    assert many.shape[0] == 2 * few.shape[0]  # Five maps are two rows.
    assert translation_picture(["a"] * 60, ["b"] * 50, np.full((1, 50, 60), 1 / 60))
