import os
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerazoo.atomic_files import write_whole
from kerazoo.data.images.loading import load
from kerazoo.evaluation.feature_statistics import FeatureStatistics
from kerazoo.evaluation.images import classifier_features
from kerazoo.evaluation.images.classifier_features import ClassifierFeatures
from kerazoo.evaluation.images.comparison import evaluate_images
from kerazoo.evaluation.images.image_reference import ImageReference
from kerazoo.evaluation.images.inception_features import InceptionFeatures
from kerazoo.evaluation.in_batches import in_batches

ROOT = pathlib.Path(__file__).parents[2]


def normalized(dataset):
    return (
        dataset.normalize(dataset.train_images),
        dataset.train_labels,
        dataset.normalize(dataset.test_images),
        dataset.test_labels,
    )


@pytest.fixture(scope="module")
def digits():
    return normalized(load("digits"))


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def classifier(digits, cache_dir):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier_features, "_EXAMPLES", 60_000)
        return ClassifierFeatures.trained(*digits, cache_dir=cache_dir, name="digits")


@pytest.fixture(scope="module")
def brief_key(digits):
    """Key of a classifier that was trained for a moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier_features, "_EXAMPLES", 500)
        return ClassifierFeatures.trained(*digits).key


@pytest.mark.slow
def test_classifier_knows_digits(classifier, digits):
    _, _, images, labels = digits
    assert classifier.test_accuracy >= 0.97
    predicted = classifier.predict(images)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, rtol=1e-5)
    accuracy = (predicted.argmax(axis=1) == labels).mean()
    assert classifier.test_accuracy == pytest.approx(accuracy, abs=1e-9)
    assert classifier.label_agreement(images, labels) == classifier.test_accuracy
    # Asked for the next digit, nearly none agrees.
    assert classifier.label_agreement(images, (labels + 1) % 10) < 0.02
    assert classifier.name == f"lenet (test accuracy {accuracy:.3f})"


def test_features_lead_to_the_logits(classifier, digits):
    images = digits[2]
    features = classifier(images)
    assert features.shape == (359, 84)
    assert features.dtype == np.float32
    kernel, bias = classifier.network.layers[-1].get_weights()
    logits = features @ kernel + bias
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.predict(images), expected, atol=1e-4)


def test_features_have_unit_size(classifier, digits):
    assert np.square(classifier(digits[0])).mean() == pytest.approx(1, rel=1e-4)


def test_classifier_is_kept(classifier, digits, cache_dir, monkeypatch):
    monkeypatch.setattr(classifier_features, "_train", None)  # Not to be called.
    again = ClassifierFeatures.trained(*digits, cache_dir=cache_dir, name="digits")
    assert (again.name, again.key) == (classifier.name, classifier.key)
    np.testing.assert_array_equal(again(digits[2]), classifier(digits[2]))
    kept = sorted(path.suffix for path in cache_dir.glob("lenet-digits-*"))
    assert kept == [".json", ".keras"]


def test_other_images_have_another_classifier(digits, cache_dir, monkeypatch):
    images, *rest = digits
    asked = []

    def train(images, *_):
        asked.append(len(images))
        return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]), 0.5

    monkeypatch.setattr(classifier_features, "_train", train)
    ClassifierFeatures.trained(-images, *rest, cache_dir=cache_dir, name="digits")
    assert asked == [len(images)]


@pytest.mark.slow
def test_training_is_reproducible_and_leaves_other_randomness(
    digits, brief_key, monkeypatch
):
    monkeypatch.setattr(classifier_features, "_EXAMPLES", 500)
    keras.utils.set_random_seed(5)
    expected = np.random.random(), float(tf.random.uniform(()))
    keras.utils.set_random_seed(5)
    again = ClassifierFeatures.trained(*digits)
    assert (np.random.random(), float(tf.random.uniform(()))) == expected
    assert again.key == brief_key


def test_training_is_float32_under_any_policy(digits, brief_key, monkeypatch):
    monkeypatch.setattr(classifier_features, "_EXAMPLES", 500)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert ClassifierFeatures.trained(*digits).key == brief_key
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("shape", [(3, 5, 1), (32, 32, 3), (100, 40, 1)])
def test_networks_for_images_of_any_size(shape):
    network = classifier_features._network(shape, 7)
    features, logits = network(np.zeros((2, *shape), np.float32))
    assert (features.shape, logits.shape) == ((2, 84), (2, 7))
    assert network.count_params() < 1_000_000


def test_classifier_errors(classifier, digits):
    images, labels, test_images, test_labels = digits
    with pytest.raises(ValueError, match=r"labels and test images. Received: labels=N"):
        ClassifierFeatures.trained(images, None, test_images, None)
    with pytest.raises(ValueError, match=r"test_images=\(0, 8, 8, 1\)"):
        ClassifierFeatures.trained(images, labels, test_images[:0], test_labels[:0])
    with pytest.raises(ValueError, match=r"\(N, 8, 8, 1\). Received: shape=\(2, 9, 8"):
        classifier(np.zeros((2, 9, 8, 1)))
    with pytest.raises(ValueError, match=r"Received: shape=\(0, 8, 8, 1\)"):
        classifier.predict(images[:0])


def test_measures_tell_good_digits_from_bad(classifier, digits):
    train, _, test, labels = digits
    reference = ImageReference.of(classifier, train, "digits")
    noise = np.random.default_rng(0).normal(size=test.shape)
    good, noisy, zeros = (
        evaluate_images(reference, classifier(images), num_subsets=10)
        for images in (test, test + noise, test[labels == 0])
    )
    for bad in (noisy, zeros):
        assert good["fid"] < bad["fid"] / 2
        assert good["kid"] < bad["kid"] / 2
        assert good["coverage"] > bad["coverage"]
    # Noise reaches everywhere, also where the real ones are not.
    assert good["precision"] > noisy["precision"]
    assert good["density"] > noisy["density"]
    assert good["recall"] > 2 * zeros["recall"]


class MeanFeatures:
    """Means of rows and columns, and how often they were asked for."""

    name = "means"

    def __init__(self, key="means"):
        self.key = key
        self.calls = 0

    def __call__(self, images):
        self.calls += 1
        return np.c_[images.mean(axis=(1, 3)), images.mean(axis=(2, 3))]


def test_reference_is_computed_once(tmp_path):
    images = np.random.default_rng(0).normal(size=(30, 4, 3, 1)).astype(np.float32)
    extractor = MeanFeatures()
    first = ImageReference.of(extractor, images, "noise", tmp_path, max_features=10)
    again = ImageReference.of(extractor, images, "noise", tmp_path, max_features=10)
    assert extractor.calls == 1
    expected = FeatureStatistics.of(extractor(images))
    for reference in (first, again):
        np.testing.assert_allclose(reference.statistics.mean, expected.mean)
        np.testing.assert_allclose(reference.statistics.covariance, expected.covariance)
        assert reference.statistics.count == 30
        assert reference.features.shape == (10, 7)
    np.testing.assert_array_equal(first.features, again.features)
    all_rows = {tuple(row) for row in extractor(images)}
    assert len({tuple(row) for row in first.features} & all_rows) == 10
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("reference-noise-30x4x3x1-means-")


@pytest.mark.parametrize("change", ["images", "extractor", "max_features"])
def test_other_references_are_computed_anew(tmp_path, change):
    images = np.random.default_rng(0).normal(size=(30, 4, 3, 1)).astype(np.float32)
    ImageReference.of(MeanFeatures(), images, "noise", tmp_path, 10)
    extractor = MeanFeatures("others" if change == "extractor" else "means")
    other = images + (change == "images")
    count = 20 if change == "max_features" else 10
    reference = ImageReference.of(extractor, other, "noise", tmp_path, count)
    assert extractor.calls == 1
    assert len(reference.features) == count


def test_reference_without_folder_is_the_same(tmp_path):
    images = np.random.default_rng(0).normal(size=(30, 4, 3, 1))
    kept = ImageReference.of(MeanFeatures(), images, "noise", tmp_path, 10)
    other = ImageReference.of(MeanFeatures(), images, "noise", None, 10)
    np.testing.assert_array_equal(kept.features, other.features)


def test_files_are_whole_or_absent(tmp_path):
    path = tmp_path / "deep" / "a.txt"

    def fail(part):
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert list(path.parent.iterdir()) == []
    write_whole(path, lambda part: part.write_text("whole"))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "whole"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_batches_of_any_size_are_joined():
    images = np.random.default_rng(0).random((7, 2, 2, 1))
    sizes = []

    def mean(batch):
        sizes.append(len(batch))
        return tf.reduce_mean(batch, axis=[1, 2, 3])

    means = in_batches(mean, images, 3)
    np.testing.assert_allclose(means, images.mean(axis=(1, 2, 3)), rtol=1e-6)
    assert sizes == [3, 3, 1]


def test_inception_without_weights(monkeypatch):
    def fail(**kwargs):
        raise Exception("URL fetch failure on\nstorage: no network")

    monkeypatch.setattr(keras.applications, "InceptionV3", fail)
    with pytest.raises(OSError) as raised:
        InceptionFeatures()
    message = str(raised.value)
    assert "InceptionV3 cannot be had: URL fetch failure on storage: no n" in message
    assert message.endswith("Received: weights=imagenet")


@pytest.mark.slow
def test_inception_features(tmp_path):
    keras.utils.set_random_seed(0)
    network = keras.applications.InceptionV3(
        include_top=False, weights=None, pooling="avg"
    )
    path = tmp_path / "random.weights.h5"
    network.save_weights(path)
    extractor = InceptionFeatures(str(path), batch_size=2)
    assert str(path) in extractor.name
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32), np.uint8)
    features = extractor(pixels[..., np.newaxis] / np.float32(127.5) - 1)
    large = [
        np.asarray(Image.fromarray(image.astype(np.float32)).resize((299, 299), 3))
        for image in pixels
    ]
    inputs = np.clip(np.stack(large)[..., np.newaxis] / 127.5 - 1, -1, 1)
    expected = network(np.repeat(inputs, 3, axis=-1), training=False).numpy()
    assert features.shape == (3, 2_048)
    spread = expected.std(axis=0).mean()
    assert np.abs(features - expected).mean() < 0.01 * spread


@pytest.mark.slow
def test_mnist_classifier(tmp_path):
    data = os.environ.get("KERAZOO_TEST_DATA", ROOT.parent / "shared" / "data")
    data_dir = pathlib.Path(data, "tensorflow_datasets")
    if not data_dir.is_dir():
        pytest.skip(f"no data in {data_dir}; KERAZOO_TEST_DATA may name its folder")
    mnist = normalized(load("mnist", data_dir=data_dir))
    classifier = ClassifierFeatures.trained(*mnist, cache_dir=tmp_path, name="mnist")
    assert classifier.test_accuracy >= 0.985
    # Ten thousand other real digits are nearly as good as can be.
    reference = ImageReference.of(classifier, mnist[0], "mnist", tmp_path)
    result = evaluate_images(reference, classifier(mnist[2]))
    assert result["fid"] < 1
    assert result["coverage"] > 0.9
