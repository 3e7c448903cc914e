import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerazoo.data.text import tfds_text


class SmallTexts(tfds.core.GeneratorBasedBuilder):
    """Labelled texts with a secret test."""

    VERSION = tfds.core.Version("1.0.0")
    SIZES = {"train": 40, "test": 5}
    FEATURES = {
        "sentence": tfds.features.Text(),
        "label": tfds.features.ClassLabel(names=["even", "odd"]),
    }
    SUPERVISED_KEYS = None

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(self.FEATURES),
            supervised_keys=self.SUPERVISED_KEYS,
        )

    def _split_generators(self, dl_manager):
        return {s: self._generate_examples(s, n) for s, n in self.SIZES.items()}

    def _generate_examples(self, split, count):
        for i in range(count):
            yield i, self.example(split, i)

    def example(self, split, i):
        label = -1 if split == "test" else i % 2
        return {"sentence": f"Zähler {i}", "label": label}


class SmallPairs(SmallTexts):
    """Pairs of texts with all parts, and numbers."""

    VERSION = tfds.core.Version("1.0.0")
    SIZES = {"train": 6, "validation": 2, "test": 3}
    FEATURES = {
        "de": tfds.features.Text(),
        "en": tfds.features.Text(),
        "id": np.int64,
    }
    SUPERVISED_KEYS = ("de", "en")

    def example(self, split, i):
        return {"de": f"{split} neun-{i}", "en": f"{split} nine-{i}", "id": i}


class OnlyTested(SmallTexts):
    """Texts without training."""

    VERSION = tfds.core.Version("1.0.0")
    SIZES = {"test": 5}


def error_of(read, *args, kind=ValueError, **kwargs):
    with pytest.raises(kind) as raised:
        read(*args, **kwargs)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_labelled_texts_of_tfds(tmp_path):
    text = tfds_text.tfds_labelled("small_texts", tmp_path)
    assert text.name == "small_texts"
    assert text.class_names == ["even", "odd"]
    assert text.test is None
    assert np.bincount(text.train[1]).tolist() == [18, 18]
    assert np.bincount(text.validation[1]).tolist() == [2, 2]
    assert text.train[1].dtype == np.int32
    numbers = []
    for texts, labels in (text.train, text.validation):
        own = [int(t.removeprefix("Zähler ")) for t in texts]
        assert [number % 2 for number in own] == labels.tolist()
        numbers += own
    assert sorted(numbers) == list(range(40))


def test_parallel_texts_of_tfds(tmp_path):
    text = tfds_text.tfds_parallel("small_pairs", tmp_path, source="en", target="de")
    assert text.name == "small_pairs"
    for part, count in (("train", 6), ("validation", 2), ("test", 3)):
        sources, targets = getattr(text, part)
        assert sorted(sources) == [f"{part} nine-{i}" for i in range(count)]
        assert targets == [source.replace("nine", "neun") for source in sources]


def test_languages_of_the_dataset(tmp_path):
    text = tfds_text.tfds_parallel("small_pairs", tmp_path)
    assert text.test[0][0].startswith("test neun-")
    assert text.test[1][0].startswith("test nine-")
    message = error_of(tfds_text.tfds_parallel, "small_texts", tmp_path)
    assert message.endswith("with ['sentence'], source=None, target=None")
    message = error_of(tfds_text.tfds_parallel, "small_pairs", tmp_path, "en")
    assert message.endswith("source=en, target=en")


def test_plain_text_of_tfds(tmp_path):
    text = tfds_text.tfds_plain("small_texts", tmp_path)
    lines = (text.train + text.validation).split("\n")
    assert sorted(lines) == sorted(f"Zähler {i}" for i in range(40))


def test_tfds_text_errors(tmp_path):
    message = error_of(tfds_text.tfds_plain, "no_such_dataset", tmp_path)
    assert message.endswith("Received: dataset=no_such_dataset")
    message = error_of(tfds_text.tfds_plain, "small_pairs", tmp_path)
    assert message.endswith("Received: dataset=small_pairs with ['de', 'en', 'id']")
    message = error_of(tfds_text.tfds_labelled, "small_pairs", tmp_path)
    assert "text and the classes `label`. Received: dataset=small" in message
    message = error_of(tfds_text.tfds_parallel, "small_pairs", tmp_path, "de", "fr")
    assert message.endswith("with ['de', 'en'], source=de, target=fr")
    message = error_of(tfds_text.tfds_labelled, "only_tested", tmp_path)
    assert message.endswith("Received: dataset=only_tested/1.0.0 with ['test']")


def test_tiny_shakespeare(real_data):
    text = tfds_text.tfds_plain("tiny_shakespeare", real_data("tensorflow_datasets"))
    assert text.train.startswith("First Citizen:\nBefore we proceed any further")
    assert len(text.train) == 1_003_854
    assert len(text.validation) == 55_770
    assert len(set(text.train)) == 65
