import numpy as np
import pytest
from keras import ops

from kerazoo.models.gan.augmentation import DiffAugment

LAST = np.float32(1 - 2**-24)  # The largest uniform number.


def images(*shape, seed=0):
    values = np.random.default_rng(seed).uniform(-1, 1, shape)
    return values.astype("float32")


def augmented(policy, x, *rows, probability=1.0):
    """Returns the images of a row of uniform numbers each."""
    outputs = DiffAugment((policy,))(x, np.array(rows, "float32"), probability)
    return ops.convert_to_numpy(outputs)


def color(x, brightness=0.5, saturation=0.5, contrast=0.5):
    """Uniform numbers of 1/2 change nothing."""
    return augmented("color", x, [0, brightness, 0, saturation, 0, contrast])


def test_numbers_an_example_needs():
    assert DiffAugment().num_uniforms == 12
    for policy, number in (("color", 6), ("translation", 3), ("cutout", 3)):
        assert DiffAugment((policy,)).num_uniforms == number
    assert DiffAugment(()).num_uniforms == 0


@pytest.mark.parametrize(
    ("uniform", "shift"), [(0.0, -0.5), (0.25, -0.25), (0.5, 0.0), (LAST, 0.5)]
)
def test_brightness_adds_a_constant(uniform, shift):
    x = images(1, 4, 5, 3)
    np.testing.assert_allclose(color(x, brightness=uniform), x + shift, atol=1e-6)


def test_saturation():
    x = np.array([0.9, 0.0, -0.3], "float32").reshape(1, 1, 1, 3)  # Mean 0.2.
    for uniform, expected in (
        (0.0, [0.2, 0.2, 0.2]),
        (0.25, [0.55, 0.1, -0.05]),
        (LAST, [1.6, -0.2, -0.8]),
    ):
        found = color(x, saturation=uniform)
        np.testing.assert_allclose(found.ravel(), expected, atol=1e-6)
    grey = images(1, 4, 4, 1)
    np.testing.assert_allclose(color(grey, saturation=0.1), grey, atol=1e-6)


def test_contrast_keeps_the_mean():
    x = images(1, 6, 5, 3) + 0.2
    for uniform, factor in ((0.0, 0.5), (0.3, 0.8), (LAST, 1.5)):
        found = color(x, contrast=uniform)
        assert found.mean() == pytest.approx(x.mean(), abs=1e-6)
        assert found.std() == pytest.approx(factor * x.std(), rel=1e-5)
        np.testing.assert_allclose(found, x.mean() + factor * (x - x.mean()), atol=1e-6)


@pytest.mark.parametrize(
    ("uniforms", "down", "right"),
    [
        ((0.0, 0.5), -2, 0),  # -2 to 2 for 16 rows, -1 to 1 for 8 columns.
        ((0.25, 0.5), -1, 0),
        ((0.5, 0.0), 0, -1),
        ((0.5, 0.99), 0, 1),
        ((LAST, LAST), 2, 1),
        ((0.5, 0.5), 0, 0),
    ],
)
def test_translation(uniforms, down, right):
    x = images(1, 16, 8, 2)
    found = augmented("translation", x, [0, *uniforms])
    padded = np.pad(x, ((0, 0), (2, 2), (1, 1), (0, 0)))
    expected = padded[:, 2 - down : 18 - down, 1 - right : 9 - right]
    np.testing.assert_array_equal(found, expected)


def test_translations_are_equally_likely():
    x = np.zeros((1, 32, 32, 1), "float32")
    x[0, 16, 16] = 1
    grid = (np.arange(900) + 0.5) / 900
    uniforms = np.stack([0 * grid, grid, 0.5 + 0 * grid], 1)
    found = augmented("translation", np.repeat(x, 900, 0), *uniforms)
    rows = found[:, :, 16, 0].argmax(1)
    np.testing.assert_array_equal(np.unique(rows), np.arange(12, 21))
    np.testing.assert_array_equal(np.bincount(rows)[12:], np.full(9, 100))


@pytest.mark.parametrize(
    ("size", "uniforms", "rows", "columns"),
    [
        # Windows of 4 of 8, whose centres are 0 to 8.
        (8, (4.5 / 9, 4.5 / 9), range(2, 6), range(2, 6)),
        (8, (0.0, 4.5 / 9), range(0, 2), range(2, 6)),
        (8, (LAST, 1.5 / 9), range(6, 8), range(0, 3)),
        # Windows of 3 of 5, whose centres are 0 to 4.
        (5, (0.5, 0.5), range(1, 4), range(1, 4)),
        (5, (0.0, LAST), range(0, 2), range(3, 5)),
    ],
)
def test_cutout(size, uniforms, rows, columns):
    x = images(1, size, size, 3) + 2
    found = augmented("cutout", x, [0, *uniforms])
    expected = x.copy()
    expected[:, rows.start : rows.stop, columns.start : columns.stop] = 0
    np.testing.assert_array_equal(found, expected)
    assert (found == 0).sum() == 3 * len(rows) * len(columns)


def test_groups_are_applied_in_the_order_of_the_policy():
    x = images(1, 8, 8, 3)
    bright = [0, 0.9, 0, 0.5, 0, 0.5]
    cut = [0, 0.5, 0.5]
    first = DiffAugment(("color", "cutout"))(x, np.array([bright + cut], "float32"))
    second = DiffAugment(("cutout", "color"))(x, np.array([cut + bright], "float32"))
    middle = ops.convert_to_numpy(first)[0, 3, 3], ops.convert_to_numpy(second)[0, 3, 3]
    np.testing.assert_array_equal(middle[0], 0)
    assert np.all(middle[1] > 0.1)


def test_each_transformation_has_its_own_chance():
    x = images(3, 4, 4, 3)
    rows = [[0.2, 0.9, 0.3, 0, 0.3, 0], [0.3, 0, 0.2, 0, 0.3, 0], [0.25, 0] * 3]
    found = augmented("color", x, *rows, probability=0.25)
    np.testing.assert_allclose(found[0], x[0] + 0.4, atol=1e-6)
    grey = np.broadcast_to(x[1].mean(-1, keepdims=True), x[1].shape)
    np.testing.assert_allclose(found[1], grey, atol=1e-6)
    np.testing.assert_array_equal(found[2], x[2])  # Below, not at the probability.


def test_share_of_changed_examples():
    x = images(4000, 2, 2, 3)
    uniforms = np.random.default_rng(1).random((4000, 6), "float32")
    outputs = DiffAugment(("color",))(x, uniforms, 0.2)
    changed = np.any(ops.convert_to_numpy(outputs) != x, axis=(1, 2, 3)).mean()
    assert changed == pytest.approx(1 - 0.8**3, abs=0.04)  # Five deviations.


def test_unknown_policies_raise():
    with pytest.raises(ValueError, match=r"'cutout'\). Received: .*'colour'"):
        DiffAugment(("colour", "cutout"))
    with pytest.raises(ValueError, match=r"Received: policy='color'"):
        DiffAugment("color")
