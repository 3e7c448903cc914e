import io

import numpy as np
import pytest
from PIL import Image

from kerazoo.data.images.animations import grid_animation
from kerazoo.data.images.pictures import grid_picture
from kerazoo.data.images.pictures import grid_pixels

GREY = np.array([-1.0, 0.0, 1.0]).reshape(3, 1, 1, 1)


def test_grid_goes_row_by_row():
    images = np.broadcast_to(GREY, (3, 2, 1, 1))
    expected = [
        [0, 0, 128],
        [0, 0, 128],
        [0, 0, 0],
        [255, 0, 0],
        [255, 0, 0],
    ]
    np.testing.assert_array_equal(grid_pixels(images, columns=2, scale=1), expected)
    assert grid_pixels(images, columns=2, gap=0, scale=3).shape == (12, 6)


def test_small_images_are_enlarged_until_visible():
    images = np.random.default_rng(0).uniform(-2, 2, (4, 8, 8, 3))
    pixels = grid_pixels(images, columns=2)
    assert pixels.shape == (136, 136, 3)  # 17 pixels of 8x8 a side.
    assert (pixels == pixels[::8, ::8].repeat(8, axis=0).repeat(8, axis=1)).all()
    expected = np.rint((np.clip(images[3], -1, 1) + 1) * 127.5)
    np.testing.assert_array_equal(pixels[72::8, 72::8], expected)
    assert grid_pixels(np.zeros((1, 64, 64, 1)), columns=1).shape == (64, 64)


@pytest.mark.parametrize("channels", [1, 3])
def test_picture_is_a_png_of_the_grid(channels):
    images = np.random.default_rng(0).uniform(-1, 1, (6, 8, 8, channels))
    picture = Image.open(io.BytesIO(grid_picture(images, columns=3)))
    assert picture.format == "PNG"
    np.testing.assert_array_equal(picture, grid_pixels(images, columns=3))


def test_animation_shows_every_state_and_rests_at_the_last():
    states = np.random.default_rng(0).uniform(-1, 1, (4, 2, 8, 8, 1))
    gif = grid_animation(states, columns=2, seconds=0.25, pause=2.0)
    picture = Image.open(io.BytesIO(gif))
    assert picture.format == "GIF" and picture.n_frames == 4
    assert picture.info["loop"] == 0  # For ever.
    times = []
    for index, images in enumerate(states):
        picture.seek(index)
        times.append(picture.info["duration"])
        pixels = np.asarray(picture.convert("L"))
        np.testing.assert_array_equal(pixels, grid_pixels(images, columns=2))
    assert times == [250, 250, 250, 2000]


def test_animation_of_one_coloured_state():
    state = np.zeros((1, 1, 8, 8, 3))
    state[..., 0] = 1
    picture = Image.open(io.BytesIO(grid_animation(state, columns=1, scale=2)))
    assert picture.n_frames == 1 and picture.size == (16, 16)
    assert (np.asarray(picture.convert("RGB")) == [255, 128, 128]).all()


@pytest.mark.parametrize(
    "count, arguments, words",
    [
        (0, {}, "at least one state"),
        (2, {"seconds": 0.01}, "seconds=0.01"),
        (2, {"pause": 0}, "pause=0"),
    ],
)
def test_animation_refuses_what_cannot_be_shown(count, arguments, words):
    with pytest.raises(ValueError, match=words):
        grid_animation(np.zeros((count, 1, 8, 8, 1)), columns=1, **arguments)
