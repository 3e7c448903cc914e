import warnings

import numpy as np
import pytest

from kerazoo.data.images import ImageDataset
from kerazoo.data.images import load
from kerazoo.evaluation.images import ImageEvaluation
from kerazoo.evaluation.images import classifier_features


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
