import dataclasses
import warnings

import numpy as np
import pytest

from kerazoo.data.images import ImageDataset
from kerazoo.data.images import load
from kerazoo.evaluation.images import ImageEvaluation
from kerazoo.evaluation.images import classifier_features
from kerazoo.evaluation.images import image_evaluation


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(classifier_features, "_EXAMPLES", 6_000)


def noise(count=60):
    """Images whose labels are of no meaning."""
    generator = np.random.default_rng(0)
    labels = np.arange(count, dtype="int32") % 4
    images, tested = generator.integers(0, 256, (2, count, 8, 8, 1), "uint8")
    return ImageDataset("noise", images, labels, tested, labels, num_classes=4)


def test_classifier_that_knows_no_classes_is_warned_of(tmp_path):
    with pytest.warns(UserWarning, match="FID.* mean nothing here") as warned:
        ImageEvaluation(noise(), "classifier", tmp_path)
    message = next(str(w.message) for w in warned if w.category is UserWarning)
    assert "of 4 classes, of which chance finds 0.250" in message
    assert "`feature_extractor`" in message


def test_few_images_are_warned_of_once(tmp_path):
    digits = load("digits")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        evaluation = ImageEvaluation(digits, "classifier", tmp_path)
        images = digits.normalize(digits.test_images)
        evaluation.measure(images[:84])  # One for each feature.
    with pytest.warns(UserWarning, match="20 generated images are too few for .* 84"):
        evaluation.measure(images[:20])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        evaluation.measure(images[:20])


def test_too_few_images_are_compared_with_nothing_by_default(tmp_path):
    few = noise(5)
    with pytest.warns(UserWarning, match="No FID: noise has 5 images to train on, and"):
        assert not ImageEvaluation(few, "auto", tmp_path).is_possible
    with pytest.raises(ValueError, match="5 images to train on, too few"):
        ImageEvaluation(few, "classifier", tmp_path)


def test_one_class_needs_no_classifier(tmp_path, monkeypatch):
    def cannot_be_had():
        raise OSError("no weights")

    monkeypatch.setattr(image_evaluation, "InceptionFeatures", cannot_be_had)
    labels = np.zeros(60, "int32")
    one = dataclasses.replace(
        noise(), num_classes=1, train_labels=labels, test_labels=labels
    )
    with pytest.warns(UserWarning, match="No FID: no weights"):
        assert not ImageEvaluation(one, "auto", tmp_path).is_possible
