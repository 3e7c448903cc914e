import numpy as np
import pytest
from keras import ops
from scipy import ndimage
from scipy import stats
from scipy.spatial import transform

from kerazoo.models.gan.augmentation import AffineColorAugment

LAST = np.float32(1 - 2**-24)  # The largest uniform number.
NAMES = (
    "x_flip",
    "rotate_90",
    "integer_translation",
    "scale",
    "rotation",
    "anisotropic_scale",
    "fractional_translation",
    "brightness",
    "contrast",
    "luma_flip",
    "hue",
    "saturation",
)


def images(*shape, seed=0):
    values = np.random.default_rng(seed).uniform(-1, 1, shape)
    return values.astype("float32")


def only(*names):
    return AffineColorAugment(
        exclude=tuple(name for name in NAMES if name not in names)
    )


def augmented(name, x, *values):
    """Returns the images changed by one transformation of these uniform numbers."""
    row = np.array([[0, *values]], "float32")
    outputs = only(name)(x, np.repeat(row, len(x), 0))
    return ops.convert_to_numpy(outputs)


def uniform(normal):
    return stats.norm.cdf(normal)


def test_numbers_an_example_needs():
    assert AffineColorAugment().num_uniforms == 7 + 11 + 10
    assert AffineColorAugment(policy=("color", "blit")).num_uniforms == 17
    assert AffineColorAugment(exclude=("x_flip", "rotation")).num_uniforms == 22
    assert AffineColorAugment(policy=()).num_uniforms == 0


def test_x_flip():
    x = images(2, 5, 4, 3)
    np.testing.assert_array_equal(augmented("x_flip", x, 0.49), x)
    np.testing.assert_array_equal(augmented("x_flip", x, 0.5), x[:, :, ::-1])


@pytest.mark.parametrize("size", [5, 6])
@pytest.mark.parametrize("turns", range(4))
def test_rotate_90_is_that_of_numpy(turns, size):
    x = images(2, size, size, 3)
    found = augmented("rotate_90", x, (turns + 0.5) / 4)
    np.testing.assert_array_equal(found, np.rot90(x, turns, axes=(1, 2)))


@pytest.mark.parametrize(
    ("uniforms", "right", "down"),
    [
        ((0.5, 0.5), 0, 0),
        ((0.0, 0.5), -2, 0),  # Up to 2 of 16 columns and 1 of 8 rows.
        ((0.75, 0.5), 1, 0),
        ((0.5, LAST), 0, 1),
        ((LAST, 0.1), 2, -1),
    ],
)
def test_integer_translation(uniforms, right, down):
    x = images(1, 8, 16, 2)
    found = augmented("integer_translation", x, *uniforms)
    padded = np.pad(x, ((0, 0), (1, 1), (2, 2), (0, 0)), mode="reflect")
    expected = padded[:, 1 - down : 9 - down, 2 - right : 18 - right]
    np.testing.assert_array_equal(found, expected)


def test_images_are_mirrored_as_often_as_needed():
    x = images(1, 4, 16, 1)
    # A quarter turn shows rows -6 to 9 of four, in columns 9 to 6.
    found = augmented("rotate_90", x, 0.3)
    rows = np.pad(x[0], ((6, 6), (0, 0), (0, 0)), mode="reflect")
    expected = np.rot90(rows[:, 6:10])
    np.testing.assert_array_equal(found[0], expected)


def test_fractional_translation_is_bilinear():
    ramp = np.tile(np.arange(16, dtype="float32"), (16, 1))[None, ..., None]
    # Normal numbers of 0.25: half a pixel to the right and down.
    found = augmented("fractional_translation", ramp, *[uniform(0.25)] * 2)
    np.testing.assert_allclose(found[:, :, 1:], ramp[:, :, 1:] - 0.5, atol=1e-4)


def test_scale_enlarges_by_a_power_of_two():
    y, x = np.mgrid[:9, :9] - 4.0
    ramp = (x + 10 * y).astype("float32")[None, ..., None]
    for normal in (-1.0, 0.0, 2.0):
        found = augmented("scale", ramp, uniform(normal))[0, 2:7, 2:7]
        expected = ramp[0, 2:7, 2:7] / 2 ** (0.2 * normal)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_anisotropic_scale_keeps_the_area():
    y, x = np.mgrid[:9, :9] - 4.0
    for normal in (-1.0, 1.5):
        wider = 2 ** (0.2 * normal)
        for axis, factor in ((x, 1 / wider), (y, wider)):
            ramp = axis.astype("float32")[None, ..., None]
            found = augmented("anisotropic_scale", ramp, uniform(normal))
            np.testing.assert_allclose(
                found[0, 2:7, 2:7], factor * ramp[0, 2:7, 2:7], atol=1e-4
            )


def test_rotations():
    x = images(1, 7, 7, 2)
    augment = only("rotation")
    # Angles of -90 + 180, 45 + 45 and 0 + 30 degrees.
    rows = np.array(
        [[0, 0.25, 0, LAST], [0, 0.625, 0, 0.625], [0.9, 0, 0, 0.5 + 1 / 12]], "float32"
    )
    first, second, third = ops.convert_to_numpy(augment(x.repeat(3, 0), rows, 0.5))
    expected = np.rot90(x[0])
    np.testing.assert_allclose(first, expected, atol=1e-5)
    np.testing.assert_allclose(second, expected, atol=1e-5)
    cosine, sine = np.cos(np.pi / 6), np.sin(np.pi / 6)
    inverse = np.array([[cosine, sine], [-sine, cosine]])  # Of (row, column).
    places = np.tensordot(inverse, np.mgrid[:7, :7] - 3.0, 1) + 3
    channels = [
        ndimage.map_coordinates(x[0, ..., c], places, order=1, mode="mirror")
        for c in range(2)
    ]
    np.testing.assert_allclose(third, np.stack(channels, -1), atol=1e-5)


@pytest.mark.parametrize("size", [(12, 12), (7, 10), (1, 6)])
def test_movements_are_composed_as_by_numpy(size):
    """Forward matrices in the paper's order, inverted and sampled by SciPy."""
    height, width = size
    x = images(20, height, width, 2)
    augment = AffineColorAugment(policy=("blit", "geometry"))
    uniforms = np.random.default_rng(1).random((20, augment.num_uniforms), "float32")
    found = ops.convert_to_numpy(augment(x, uniforms, 0.7))
    for example in range(20):
        matrix = forward_matrix(uniforms[example].astype(float), 0.7, height, width)
        inverse = np.linalg.inv(matrix)
        center = np.array([width - 1, height - 1]).reshape(2, 1, 1) / 2
        places = np.mgrid[:height, :width][::-1] - center
        places = np.tensordot(inverse[:2, :2], places, 1) + inverse[:2, 2, None, None]
        places = (places + center)[::-1]
        for channel in range(2):
            expected = ndimage.map_coordinates(
                x[example, ..., channel].astype(float), places, order=1, mode="mirror"
            )
            np.testing.assert_allclose(
                found[example, ..., channel], expected, atol=1e-4
            )


def forward_matrix(numbers, probability, height, width):
    """Where (x, y, 1), from the centre, goes to."""
    numbers = iter(numbers)
    turning = 1 - np.sqrt(1 - probability)
    result = np.eye(3)

    def apply(matrix, gate, chance=probability):
        nonlocal result
        if gate < chance:
            result = matrix @ result

    def turn(angle):
        # Against the clock where y points down.
        cosine, sine = np.cos(angle), np.sin(angle)
        return np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])

    def shift(right, down):
        return np.array([[1, 0, right], [0, 1, down], [0, 0, 1]])

    def draw(size):
        return next(numbers), *(next(numbers) for _ in range(size))

    gate, u = draw(1)
    apply(np.diag([-1 if u >= 0.5 else 1, 1, 1]), gate)
    gate, u = draw(1)
    apply(turn(np.pi / 2 * int(4 * u)), gate)
    gate, u, v = draw(2)
    apply(shift(round((u - 0.5) / 4 * width), round((v - 0.5) / 4 * height)), gate)
    gate, u = draw(1)
    scale = 2 ** (0.2 * stats.norm.ppf(u))
    apply(np.diag([scale, scale, 1]), gate)
    gate, u = draw(1)
    apply(turn(2 * np.pi * (u - 0.5)), gate, turning)
    gate, u = draw(1)
    scale = 2 ** (0.2 * stats.norm.ppf(u))
    apply(np.diag([scale, 1 / scale, 1]), gate)
    gate, u = draw(1)
    apply(turn(2 * np.pi * (u - 0.5)), gate, turning)
    gate, u, v = draw(2)
    apply(shift(*stats.norm.ppf([u, v]) / 8 * [width, height]), gate)
    assert next(numbers, None) is None
    return result


def test_brightness_and_contrast():
    x = images(2, 4, 4, 3)
    found = augmented("brightness", x, uniform(1.5))
    np.testing.assert_allclose(found, x + 0.3, atol=1e-5)
    found = augmented("contrast", x, uniform(-2))
    np.testing.assert_allclose(found, x / 2, atol=1e-5)


def test_luma_flip():
    x = images(2, 4, 4, 3)
    np.testing.assert_array_equal(augmented("luma_flip", x, 0.49), x)
    found = augmented("luma_flip", x, 0.5)
    np.testing.assert_allclose(found, x - 2 * x.mean(-1, keepdims=True), atol=1e-6)


def test_hue():
    x = images(2, 4, 4, 3)
    # A third of a turn makes red green, green blue and blue red.
    found = augmented("hue", x, 0.5 + 1 / 3)
    np.testing.assert_allclose(found, np.roll(x, 1, axis=-1), atol=1e-6)
    found = augmented("hue", x, 0.6)
    np.testing.assert_allclose(found.mean(-1), x.mean(-1), atol=1e-6)
    lengths = np.linalg.norm(found, axis=-1), np.linalg.norm(x, axis=-1)
    np.testing.assert_allclose(*lengths, rtol=1e-5)


def test_saturation():
    x = images(2, 4, 4, 3)
    mean = x.mean(-1, keepdims=True)
    found = augmented("saturation", x, uniform(1))
    np.testing.assert_allclose(found, mean + 2 * (x - mean), atol=1e-5)
    # The least factor is 2^-5.3: nearly grey.
    found = augmented("saturation", x, 0.0)
    np.testing.assert_allclose(found, np.broadcast_to(mean, x.shape), atol=0.04)


def color_reference(x, numbers, probability):
    """The changes of colour one after the other, by other means."""
    gates, values = numbers[::2] < probability, numbers[1::2]
    normal = stats.norm.ppf(values)
    if gates[0]:
        x = x + 0.2 * normal[0]
    if gates[1]:
        x = x * 2 ** (0.5 * normal[1])
    mean = x.mean(-1, keepdims=True)
    if gates[2] and values[2] >= 0.5:
        x, mean = x - 2 * mean, -mean
    if gates[3]:
        axis = np.ones(3) / np.sqrt(3)
        turn = transform.Rotation.from_rotvec(np.pi * (2 * values[3] - 1) * axis)
        x = turn.apply(x.reshape(-1, 3)).reshape(x.shape)
    if gates[4]:
        x = mean + 2 ** normal[4] * (x - mean)
    return x


@pytest.mark.parametrize("channels", [1, 3])
def test_colors_are_composed_as_one_after_the_other(channels):
    x = images(20, 3, 4, channels)
    augment = AffineColorAugment(policy=("color",))
    uniforms = np.random.default_rng(1).random((20, 10), "float32")
    found = ops.convert_to_numpy(augment(x, uniforms, 0.7))
    for example in range(20):
        colored = np.broadcast_to(x[example], (3, 4, 3)).astype(float)
        expected = color_reference(colored, uniforms[example].astype(float), 0.7)
        # Of a grey image all three channels are the same.
        np.testing.assert_allclose(found[example], expected[..., :channels], atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 1e-12, LAST, 1.0])
def test_extreme_numbers_give_finite_images(value):
    x = images(2, 8, 8, 3)
    augment = AffineColorAugment()
    uniforms = np.full((2, augment.num_uniforms), value, "float32")
    uniforms[:, 0] = 0
    assert np.all(np.isfinite(ops.convert_to_numpy(augment(x, uniforms, 1.0))))


@pytest.mark.parametrize("name", ["rotation", "hue", "contrast", "x_flip"])
def test_share_of_changed_examples(name):
    x = images(4000, 4, 4, 3)
    augment = only(name)
    uniforms = np.random.default_rng(1).random((4000, augment.num_uniforms), "float32")
    outputs = ops.convert_to_numpy(augment(x, uniforms, 0.3))
    changed = np.any(outputs != x, axis=(1, 2, 3)).mean()
    expected = 0.15 if name == "x_flip" else 0.3  # Half of the flips are none.
    assert changed == pytest.approx(expected, abs=0.036)  # Five deviations.


def test_policies_are_their_transformations():
    x = images(5, 6, 6, 3)
    uniforms = np.random.default_rng(1).random((5, 28), "float32")
    blit = AffineColorAugment(policy=("blit",))(x, uniforms[:, :7], 0.8)
    same = only("x_flip", "rotate_90", "integer_translation")(x, uniforms[:, :7], 0.8)
    np.testing.assert_array_equal(*map(ops.convert_to_numpy, (blit, same)))


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"'color'\). Received: policy=\('blur',\)"):
        AffineColorAugment(policy=("blur",))
    with pytest.raises(ValueError, match=r"'x_flip', .*Received: exclude=\('flip',\)"):
        AffineColorAugment(exclude=("flip",))
    with pytest.raises(ValueError, match=r"1 or 3 channels.*shape=\(2, 4, 4, 2\)"):
        only("hue")(images(2, 4, 4, 2), np.zeros((2, 2), "float32"))
