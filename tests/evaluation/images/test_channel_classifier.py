"""Classes of stacked images, from a classifier that reads off the pixels."""

import numpy as np
import pytest

from kerazoo.data.images.loading import load
from kerazoo.data.images.stacking import class_of_channels
from kerazoo.data.images.stacking import stacked_images
from kerazoo.evaluation.images import classifier_features
from kerazoo.evaluation.images.channel_classifier import ChannelClassifier
from kerazoo.evaluation.images.classifier_features import ClassifierFeatures


class Reader:
    """Takes the first pixel of a grey image for its class."""

    name, key, test_accuracy = "reader", "reader-1", 0.75

    def __call__(self, images):
        assert images.shape[1:] == (2, 3, 1)
        return images.reshape(-1, 6)

    def classes(self, images):
        return self(images)[:, 0].astype(int)


def stacked(count, num_classes, channels=3):
    """Returns images that show the classes of their channels, and those."""
    generator = np.random.default_rng(0)
    images = generator.uniform(size=(count, 2, 3, channels)).astype("float32")
    classes = generator.integers(num_classes, size=(count, channels))
    images[:, 0, 0] = classes
    return images, classes


@pytest.mark.parametrize("num_classes", [2, 7, 10])
def test_classes_are_numbers_whose_digits_are_those_of_the_channels(num_classes):
    images, classes = stacked(50, num_classes)
    classifier = ChannelClassifier(Reader(), num_classes)
    found = classifier.classes(images)
    np.testing.assert_array_equal(found, class_of_channels(classes, num_classes))
    assert list(found) == [
        int("".join(map(str, digits)), num_classes) for digits in classes
    ]


def test_red_counts_most():
    image = np.zeros((1, 2, 3, 3), "float32")
    image[0, 0, 0] = (3, 1, 4)
    assert ChannelClassifier(Reader(), 10).classes(image) == [314]


def test_features_are_those_of_the_channels_side_by_side():
    images, _ = stacked(4, 10)
    features = ChannelClassifier(Reader(), 10)(images)
    assert features.shape == (4, 18)
    for channel in range(3):
        own = features[:, 6 * channel : 6 * channel + 6]
        np.testing.assert_array_equal(own, images[..., channel].reshape(4, 6))


def test_label_agreement_is_of_whole_images():
    images, classes = stacked(50, 10)
    classifier = ChannelClassifier(Reader(), 10)
    asked = class_of_channels(classes)
    assert classifier.label_agreement(images, asked) == 1
    asked[:20] = (asked[:20] + 1) % 1_000
    assert classifier.label_agreement(images, asked) == 0.6


def test_names_are_apart_from_those_of_the_classifier():
    classifier = ChannelClassifier(Reader(), 10)
    assert classifier.name == "reader of each channel"
    assert classifier.key == "channels-reader-1"
    assert classifier.test_accuracy == 0.75


@pytest.mark.parametrize(("num_classes", "channels"), [(10, 3), (4, 2)])
def test_classifier_learns_each_channel_with_its_class(
    monkeypatch, num_classes, channels
):
    asked = []

    def trained(*arguments, **kwargs):
        asked.append((arguments, kwargs))
        return Reader()

    monkeypatch.setattr(ClassifierFeatures, "trained", trained)
    train, test = stacked(9, num_classes, channels), stacked(5, num_classes, channels)
    powers = num_classes ** np.arange(channels)[::-1]
    arguments = []
    for images, classes in (train, test):
        arguments += [images, classes @ powers]
    ChannelClassifier.trained(*arguments, num_classes, cache_dir="here", name="some")
    found, kwargs = asked[0]
    found, kept = found[:4], [*found[4:], *kwargs.values()]
    assert kept == ["here", "some"]
    for grey, labels, count in ((*found[:2], 9), (*found[2:], 5)):
        assert grey.shape == (count * channels, 2, 3, 1)
        np.testing.assert_array_equal(grey[:, 0, 0, 0], labels)
    # All of them, each once.
    np.testing.assert_array_equal(
        np.sort(found[0], axis=None), np.sort(train[0], axis=None)
    )


def test_trained_classifier_knows_stacked_digits(monkeypatch):
    monkeypatch.setattr(classifier_features, "_EXAMPLES", 15_000)
    dataset = stacked_images(load("digits"), count=600)
    test = dataset.normalize(dataset.test_images), dataset.test_labels
    classifier = ChannelClassifier.trained(
        dataset.normalize(dataset.train_images), dataset.train_labels, *test, 10
    )
    # Three digits have to be right.
    agreement = classifier.label_agreement(*test)
    assert classifier.test_accuracy > 0.9
    assert abs(agreement - classifier.test_accuracy**3) < 0.1
    assert classifier(test[0]).shape == (100, 3 * 84)


def test_missing_labels_raise():
    images = np.zeros((4, 8, 8, 3), "float32")
    with pytest.raises(ValueError, match="needs labels and test images. .*labels=None"):
        ChannelClassifier.trained(images, None, images, None, 10)
