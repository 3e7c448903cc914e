import io

import numpy as np
import pytest
from PIL import Image

from kerazoo.models.gan.scatter_picture import scatter_picture

CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
NONE = np.zeros((0, 2))


def pixels(*args, **kwargs):
    picture = Image.open(io.BytesIO(scatter_picture(*args, **kwargs)))
    assert (picture.format, picture.size) == ("PNG", (480, 480))
    return np.asarray(picture.convert("RGB")).astype(int)


def changed(first, second):
    """Rows and columns of the pixels that differ."""
    return np.argwhere((first != second).any(axis=2))


def spots(samples):
    """Pixels that the samples change, in the picture's half of the corners."""
    rows, columns = changed(pixels(NONE, CORNERS), pixels(samples, CORNERS)).T
    return {
        (1 if column > 240 else -1, 1 if row < 240 else -1)
        for row, column in zip(rows, columns)
    }


@pytest.mark.parametrize("corner", CORNERS.tolist())
def test_points_are_where_they_belong(corner):
    assert spots(np.array([corner])) == {tuple(corner)}
    assert spots(np.array([corner]) * 0.5) == {tuple(corner)}


def test_axes_have_one_scale():
    base = pixels(NONE, CORNERS)
    right = changed(base, pixels(np.array([[0.5, 0.0]]), CORNERS)).mean(axis=0)
    left = changed(base, pixels(np.array([[-0.5, 0.0]]), CORNERS)).mean(axis=0)
    up = changed(base, pixels(np.array([[0.0, 0.5]]), CORNERS)).mean(axis=0)
    down = changed(base, pixels(np.array([[0.0, -0.5]]), CORNERS)).mean(axis=0)
    assert right[0] == pytest.approx(left[0], abs=1)
    assert right[1] - left[1] == pytest.approx(down[0] - up[0], abs=1)
    assert right[1] - left[1] > 100


def test_points_far_away_are_counted_not_shown():
    near = np.array([[1.0, 1.0]])
    far = np.concatenate([near, np.full((3, 2), 1e6), [[np.nan, 0.0]]])
    difference = changed(pixels(near, CORNERS), pixels(far, CORNERS))
    assert len(difference)
    assert difference[:, 0].min() > 440  # The legend, below the frame.


def test_one_real_point_is_in_the_middle():
    point = np.array([[1e-3, -50.0]])
    spot = changed(pixels(NONE, point), pixels(point, point))
    frame = changed(pixels(NONE, point), pixels(point - np.array([0.5, 0.0]), point))
    assert len(spot)
    assert spot.mean(axis=0)[0] == pytest.approx(frame.mean(axis=0)[0], abs=1)
    assert 50 < spot.mean(axis=0)[1] - frame.mean(axis=0)[1] < 240


def test_many_points_make_a_small_file():
    random = np.random.RandomState(0)
    real = CORNERS.repeat(600, axis=0) + 0.01 * random.normal(size=(2_400, 2))
    samples = random.uniform(-1, 1, (2_500, 2))
    assert len(scatter_picture(samples, real, title="Step 1,000")) < 200_000


def test_title_is_shown():
    assert len(changed(pixels(NONE, CORNERS), pixels(NONE, CORNERS, title="Ring")))


@pytest.mark.parametrize(
    ("samples", "real", "message"),
    [
        (np.zeros((5, 3)), CORNERS, "`samples` must be (N, 2). Received: shape=(5, 3)"),
        (CORNERS, np.zeros(2), "`real` must be (N, 2). Received: shape=(2,)"),
        (CORNERS, NONE, "at least one real point. Received: real=[]"),
    ],
)
def test_picture_errors(samples, real, message):
    with pytest.raises(ValueError) as raised:
        scatter_picture(samples, real)
    assert message in str(raised.value)
