import collections

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerazoo.data.sound import tfds_labelled_sound
from kerazoo.data.sound import tfds_transcribed_sound


class SmallSounds(tfds.core.GeneratorBasedBuilder):
    """Sounds with labels and texts."""

    VERSION = tfds.core.Version("1.0.0")
    RATE = 8_000

    def _info(self):
        features = {
            "audio": tfds.features.Audio(sample_rate=self.RATE),
            "label": tfds.features.ClassLabel(names=["even", "odd"]),
            "text": tfds.features.Text(),
        }
        return tfds.core.DatasetInfo(
            builder=self, features=tfds.features.FeaturesDict(features)
        )

    def _split_generators(self, dl_manager):
        sizes = {"train": 20, "test": 4}
        return {s: self._generate_examples(n) for s, n in sizes.items()}

    def _generate_examples(self, count):
        for i in range(count):
            samples = np.full(100 + i, 2**14, np.int64)
            yield i, {"audio": samples, "label": i % 2, "text": f"number  {i}"}


class RatelessSounds(SmallSounds):
    """Sounds whose rate nobody knows."""

    VERSION = tfds.core.Version("1.0.0")
    RATE = None


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    for builder in (SmallSounds, RatelessSounds):
        builder(data_dir=tmp_path).download_and_prepare()
    return tmp_path


def test_sounds_of_a_small_dataset(data_dir):
    sound = tfds_labelled_sound("small_sounds", data_dir, 8_000)
    assert sound.class_names == ["even", "odd"] and sound.name == "small_sounds"
    parts = sound.train, sound.validation, sound.test
    assert [len(part[0]) for part in parts] == [18, 2, 4]
    for sounds, labels in parts:
        assert [len(x) % 2 for x in sounds] == labels.tolist()
        assert {float(y) for x in sounds for y in x} == {0.5}
    texts = tfds_transcribed_sound("small_sounds", data_dir, 16_000)
    assert sorted(map(len, texts.test.sounds)) == [200, 202, 204, 206]
    for samples, text in zip(texts.train.sounds, texts.train.texts):
        assert text == f"number {len(samples) // 2 - 100}"


def test_mistakes(data_dir):
    with pytest.raises(ValueError, match="whose rate is known.*rateless_sounds"):
        tfds_labelled_sound("rateless_sounds", data_dir)
    with pytest.raises(ValueError, match="dataset=no_such_sounds"):
        tfds_transcribed_sound("no_such_sounds", data_dir)


@pytest.mark.slow
def test_spoken_digits_have_the_test_of_their_own_rule(real_data):
    folder = real_data("tensorflow_datasets")
    sound = tfds_labelled_sound("spoken_digit", folder, 8_000)
    parts = sound.train, sound.validation, sound.test
    assert [len(part[0]) for part in parts] == [2_030, 220, 250]
    assert collections.Counter(sound.test[1].tolist()) == dict.fromkeys(range(10), 25)
