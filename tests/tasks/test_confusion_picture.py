import io

import numpy as np
import pytest
from PIL import Image

from kerazoo.tasks.confusion_picture import confusion_picture


def share_of_dark_blue(png):
    """Returns the share of pixels in the colour of what is a whole row."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    # The last colour of the map of ColorBrewer.
    return (abs(pixels - [8, 48, 107]).sum(axis=-1) < 12).mean()


def test_what_is_right_is_dark():
    names = ["bad", "good"]
    right, even = ([[9, 0], [0, 2]], [[5, 5], [1, 1]])
    assert share_of_dark_blue(confusion_picture(right, names)) > 0.1
    assert share_of_dark_blue(confusion_picture(even, names)) < 0.02


def test_names_of_all_kinds_and_many_classes():
    # A dollar begins a formula, elsewhere.
    assert confusion_picture([[1, 0], [0, 0]], ["$a", "b$" * 50])
    assert confusion_picture(np.eye(60, dtype=int), [str(i) for i in range(60)])


def test_other_names_than_classes():
    with pytest.raises(ValueError, match=r"\(1, 1\).* Received: shape=\(2, 2\)"):
        confusion_picture([[1, 0], [0, 1]], ["a"])
