import numpy as np
import pytest

from kerazoo.data.images import ImageDataset
from kerazoo.tasks.transformer import ImageClassification


def split(counts):
    """Returns how many of each class are trained on and validate, without a test."""
    labels = np.repeat(np.arange(len(counts)), counts).astype("int32")
    images = np.zeros((len(labels), 8, 8, 1), "uint8")
    none = images[:0], labels[:0]
    dataset = ImageDataset("few", images, labels, *none, num_classes=len(counts))
    task = ImageClassification(dataset)
    task.images = task.load_images()
    task._split()
    assert task._test is task._validation
    parts = (task._train, task._validation)
    return [np.bincount(y, minlength=len(counts)).tolist() for _, y in parts]


@pytest.mark.parametrize(
    "counts, train, validation",
    [
        ([5, 5, 5, 5], [4, 4, 4, 4], [1, 1, 1, 1]),  # A tenth would be none.
        ([18, 1, 1], [16, 1, 1], [2, 0, 0]),
        ([2, 1], [1, 1], [1, 0]),
        ([100, 40, 4], [90, 36, 4], [10, 4, 0]),
    ],
)
def test_some_of_few_images_validate(counts, train, validation):
    assert split(counts) == [train, validation]


def test_one_image_of_each_class_is_too_few():
    with pytest.raises(ValueError, match="one of each class.*dataset=few"):
        split([1, 1, 1])
