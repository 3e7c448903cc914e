import dataclasses

import numpy as np
import pytest

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.loading import load
from kerazoo.data.images.stacking import class_of_channels
from kerazoo.data.images.stacking import stacked_images


def flat(values):
    """One grey image 2x3 of each value."""
    values = np.asarray(values, np.uint8).reshape(-1, 1, 1, 1)
    return values.repeat(2, axis=1).repeat(3, axis=2)


def grey(classes=10):
    """Images whose grey is ten times their class, and 5 more in the test."""
    labels = np.arange(4 * classes, dtype=np.int32) % classes
    return ImageDataset(
        name="grey",
        train_images=flat(10 * labels),
        train_labels=labels,
        test_images=flat(10 * labels + 5),
        test_labels=labels,
        num_classes=classes,
        scale=240.0,
    )


def test_channels_are_the_digits_of_the_label():
    dataset = stacked_images(grey(), count=600)
    dataset.validate()
    assert (dataset.name, dataset.num_classes, dataset.scale) == (
        "stacked_grey",
        1_000,
        240,
    )
    assert dataset.train_images.shape == (600, 2, 3, 3)
    assert dataset.test_images.shape == (100, 2, 3, 3)
    assert dataset.train_images.dtype == np.uint8
    assert dataset.train_labels.dtype == dataset.test_labels.dtype == np.int32
    parts = (
        (dataset.train_images, dataset.train_labels, 0),
        (dataset.test_images, dataset.test_labels, 5),
    )
    for images, labels, offset in parts:
        for image, label in zip(images, labels):
            digits = [int(digit) for digit in f"{label:03}"]
            expected = np.broadcast_to(10 * np.array(digits) + offset, (2, 3, 3))
            np.testing.assert_array_equal(image, expected)


def test_channels_are_drawn_independently_and_evenly():
    labels = stacked_images(grey(), count=5_000).train_labels
    digits = np.stack([labels // 100, labels // 10 % 10, labels % 10])
    for channel in digits:
        counts = np.bincount(channel, minlength=10)
        assert np.abs(counts - 500).max() < 5 * np.sqrt(450)  # Standard deviations.
    assert np.abs(np.corrcoef(digits) - np.eye(3)).max() < 0.06
    # Of 1,000 equally likely classes 5,000 draws leave out 1,000 e^-5, about 7.
    assert 980 <= len(set(labels)) <= 1_000


def test_images_keep_their_pixels():
    digits = load("digits")
    dataset = stacked_images(digits, count=20, seed=5)
    assert dataset.image_shape == (8, 8, 3)
    known = {
        (image.tobytes(), label)
        for image, label in zip(digits.train_images, digits.train_labels)
    }
    for image, label in zip(dataset.train_images, dataset.train_labels):
        classes = (label // 100, label // 10 % 10, label % 10)
        for channel, of_channel in zip(np.moveaxis(image, -1, 0), classes):
            assert (channel.tobytes(), of_channel) in known


def test_draws_depend_on_the_seed_alone():
    dataset = stacked_images(grey(), count=100, seed=1)
    again = stacked_images(grey(), count=100, seed=1)
    np.testing.assert_array_equal(again.train_images, dataset.train_images)
    np.testing.assert_array_equal(again.test_labels, dataset.test_labels)
    other = stacked_images(grey(), count=100, seed=2)
    assert (other.train_labels != dataset.train_labels).mean() > 0.9


def test_other_numbers_of_classes_and_one_image():
    dataset = stacked_images(grey(classes=3), count=1)
    dataset.validate()
    assert dataset.num_classes == 27
    assert (len(dataset.train_images), len(dataset.test_images)) == (1, 1)
    classes = dataset.train_images[:, 0, 0] // 10
    expected = classes.astype(int) @ [9, 3, 1]
    np.testing.assert_array_equal(dataset.train_labels, expected)


def test_class_of_channels():
    labels = class_of_channels(np.array([[0, 0, 0], [3, 1, 4], [9, 9, 9]], np.uint8))
    assert labels.dtype == np.int32
    assert labels.tolist() == [0, 314, 999]
    assert class_of_channels([[1, 0, 2]], num_classes=3).tolist() == [11]


@pytest.mark.parametrize(
    ("changes", "count", "message"),
    [
        (
            {"train_images": np.zeros((40, 2, 3, 3), np.uint8)},
            5,
            "grey images. Received: image_shape=(2, 3, 3) of grey",
        ),
        ({"train_labels": None, "test_labels": None}, 5, "labels. Received: none of"),
        ({"test_images": flat([])}, 5, "test images. Received: none of grey"),
        ({}, 0, "positive. Received: count=0"),
    ],
)
def test_stacking_errors(changes, count, message):
    with pytest.raises(ValueError) as raised:
        stacked_images(dataclasses.replace(grey(), **changes), count)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([1, 2, 3], "shape=(3,)"),
        ([[1, 2]], "shape=(1, 2)"),
        ([[1.0, 2.0, 3.0]], "dtype=float64"),
        ([[1, 2, 3], [4, 10, 6]], "from 0 to 9. Received: classes[1, 1]=10"),
        ([[1, 2, -3]], "from 0 to 9. Received: classes[0, 2]=-3"),
    ],
)
def test_class_errors(classes, message):
    with pytest.raises(ValueError) as raised:
        class_of_channels(classes)
    assert message in str(raised.value)
