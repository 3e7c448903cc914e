import io

import numpy as np
import pytest
from PIL import Image

from kerazoo.data.graphs.molecule_drawing import draw_molecule


def colored(atoms, bonds):
    picture = Image.open(io.BytesIO(draw_molecule("CCC", atoms, bonds)))
    red, _, blue = np.asarray(picture.convert("RGB"), float).reshape(-1, 3).T
    return (red > blue + 60).sum(), (blue > red + 60).sum()


def test_red_is_for_and_blue_against():
    nothing, one = np.zeros(3), np.array([0, 0, 0.5])
    assert colored(nothing, np.zeros(2)) == (0, 0)
    red, blue = colored(one, np.zeros(2))
    assert red > 500 and blue == 0
    red, blue = colored(-one, np.array([0, -0.2]))
    assert red == 0 and blue > 500
    more, _ = colored(one, np.array([0, 0.5]))
    assert more > colored(one, np.zeros(2))[0]


def test_no_molecule_raises():
    with pytest.raises(ValueError, match="Expected a valid SMILES"):
        draw_molecule("C1", np.zeros(1), np.zeros(0))
