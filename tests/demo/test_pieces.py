"""The pieces of HTML that the parts of the page are made of."""

import re

import numpy as np
import pytest

from kerazoo.demo.bars import bars
from kerazoo.demo.pictures import png_of
from kerazoo.demo.pictures import strip
from kerazoo.demo.table import table
from kerazoo.demo.words import latency
from kerazoo.demo.words import note
from tests.demo.html_parts import bars_of
from tests.demo.html_parts import captions_of
from tests.demo.html_parts import cells_of
from tests.demo.html_parts import pictures_of

EVIL = '<script>"&'


def places(text):
    """Returns left and width of each bar in per cent."""
    found = re.findall(r"left: ([\d.]+)%; width: ([\d.]+)%", text)
    return [(float(left), float(width)) for left, width in found]


def test_shares_are_sorted():
    text = bars(["a", "b", "c"], [0.2, 0.7, 0.1], as_shares=True, most=2)
    assert bars_of(text) == ({"b": "70.0%", "a": "20.0%"}, ["b"])
    assert places(text) == [(0, 70), (0, 20)]


def test_values_below_zero_go_to_the_left():
    text = bars(["a", "b", "c"], [-1.0, 3.0, 0.0], chosen=0)
    assert bars_of(text) == ({"a": "-1", "b": "3", "c": "0"}, ["a"])
    assert places(text) == [(0, 25), (25, 75), (25, 0)]


def test_equal_values_have_bars():
    assert places(bars(["a", "b"], [0.0, 0.0])) == [(0, 0), (0, 0)]
    assert places(bars(["a", "b"], [-2.0, -2.0])) == [(0, 100), (0, 100)]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1), (2, 3, 3)])
def test_pictures_are_whole_in_the_page(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    text = strip([png_of(pixels), png_of(255 - pixels)], ["first", EVIL])
    first, second = pictures_of(text)
    np.testing.assert_array_equal(first, np.squeeze(pixels))
    np.testing.assert_array_equal(second, 255 - np.squeeze(pixels))
    assert captions_of(text) == ["first", "&lt;script&gt;&quot;&amp;"]
    assert text.count('class="small"') == 2


def test_large_pictures_are_smooth():
    assert 'class="small"' not in strip([png_of(np.zeros((65, 65), "uint8"))])


def test_what_models_say_is_no_html():
    for text in (bars([EVIL], [1.0]), table([EVIL], [[EVIL]]), note(EVIL)):
        assert "<script>" not in text
    assert cells_of(table(["a", "b"], [[EVIL, 1 / 3]])) == [[EVIL, "0.3333"]]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.00123, "1.2 ms"), (0.0456, "46 ms"), (1.234, "1.23 s")],
)
def test_latency_is_in_words(seconds, said):
    assert f"<b>{said}</b>." in latency(seconds)
    assert f"<b>{said}</b>, 3 requests." in latency(seconds, 3)
