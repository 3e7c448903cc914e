"""What is in the HTML of the page."""

import base64
import html
import io
import re

import numpy as np
from PIL import Image


def pictures_of(text):
    """Returns the pictures, uint8 arrays."""
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', text)
    return [np.array(Image.open(io.BytesIO(base64.b64decode(one)))) for one in found]


def captions_of(text):
    """Returns what stands under the pictures."""
    return re.findall(r"<figcaption>(.*?)</figcaption>", text)


def cells_of(text):
    """Returns the rows of a table, lists of text."""
    rows = re.findall(r"<tr>(.*?)</tr>", text.partition("<tbody>")[2], re.DOTALL)
    return [
        [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in rows
    ]


def bars_of(text):
    """Returns the names of bars, in order, and what is written beside them."""
    pattern = r'<div class="bar( chosen)?"><span>(.*?)</span>.*?<b>(.*?)</b>'
    found = re.findall(pattern, text, re.DOTALL)
    return {name: value for _, name, value in found}, [n for c, n, _ in found if c]


def words_of(text):
    """Returns the text without tags."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text))
