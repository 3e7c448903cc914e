import dataclasses

import numpy as np
import pytest

from kerazoo.data.images.image_dataset import ImageDataset


def small(**changes):
    images = np.arange(4 * 6, dtype=np.uint8).reshape(4, 2, 3, 1)
    dataset = ImageDataset(
        name="small",
        train_images=images[:3],
        train_labels=np.array([0, 1, 0], np.int32),
        test_images=images[3:],
        test_labels=np.array([1], np.int32),
        num_classes=2,
        class_names=["a", "b"],
    )
    return dataclasses.replace(dataset, **changes)


def test_shape():
    assert small().image_shape == (2, 3, 1)
    small().validate()


@pytest.mark.parametrize("scale", [16, 255, 1, 7])
def test_bytes_are_normalized_and_back_exactly(scale):
    values = np.arange(scale + 1, dtype=np.uint8)
    dataset = small(scale=float(scale))
    normalized = dataset.normalize(values)
    assert normalized.dtype == np.float32
    np.testing.assert_allclose(normalized, values / (scale / 2) - 1, atol=1e-7)
    assert (normalized[0], normalized[-1]) == (-1, 1)
    back = dataset.denormalize(normalized)
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, values)


def test_floats_are_normalized_and_back():
    images = np.random.default_rng(0).random((3, 2, 3, 1), np.float32)
    dataset = small(train_images=images, test_images=images[:1], scale=1.0)
    dataset.validate()
    back = dataset.denormalize(dataset.normalize(images))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, images, atol=1e-7)


def test_generated_images_are_clipped():
    generated = np.array([-1.5, -1, -0.001, 0.001, 1, 3])
    dataset = small(scale=16.0)
    assert dataset.denormalize(generated).tolist() == [0, 0, 8, 8, 16, 16]
    assert dataset.to_bytes(generated).tolist() == [0, 0, 127, 128, 255, 255]


def test_without_labels():
    small(
        train_labels=None, test_labels=None, num_classes=0, class_names=None
    ).validate()


def test_without_test():
    small(
        test_images=np.zeros((0, 2, 3, 1), np.uint8), test_labels=np.zeros(0, np.int32)
    ).validate()


NOT_FINITE = np.zeros((3, 2, 3, 1), np.float32)
NOT_FINITE[1, 0, 2, 0] = np.nan
BEYOND = np.full((3, 2, 3, 1), 17, np.uint8)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_images": np.zeros((3, 2, 3), np.uint8)}, "Received: shape=(3, 2, 3)"),
        (
            {"test_images": np.zeros((1, 2, 3, 2), np.uint8)},
            "test images must be (N, H, W, 1) or (N, H, W, 3). Received: shape=(1, 2, ",
        ),
        ({"train_images": np.zeros((3, 2, 3, 1))}, "Received: dtype=float64"),
        (
            {"train_images": NOT_FINITE},
            "from 0 to 255. Received: train_images[1, 0, 2, 0]=nan",
        ),
        (
            {"train_images": BEYOND, "scale": 16.0},
            "from 0 to 16. Received: train_images[0, 0, 0, 0]=17",
        ),
        ({"train_images": np.zeros((0, 2, 3, 1), np.uint8)}, "train_images=[]"),
        (
            {"test_images": np.zeros((1, 3, 3, 1), np.uint8)},
            "(2, 3, 1) of uint8 and (3, 3, 1) of uint8",
        ),
        ({"num_classes": 0}, "Received: num_classes=0"),
        ({"test_labels": None}, "Received: test_labels=None"),
        ({"train_labels": np.array([0, 1])}, "3 images. Received: shape=(2,)"),
        ({"train_labels": np.array([0, 2, 1])}, "0 to 1. Received: train_labels[1]=2"),
        ({"test_labels": np.array([-1])}, "Received: test_labels[0]=-1"),
        ({"class_names": ["a"]}, "expected 2 names of classes. Received: 1"),
    ],
)
def test_validation(changes, message):
    with pytest.raises(ValueError) as raised:
        small(**changes).validate()
    assert str(raised.value).startswith("small: ")
    assert message in str(raised.value)
