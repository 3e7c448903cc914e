import numpy as np
import pytest

from kerazoo.data.sound.sound_splits import split_sounds


def test_given_splits_stay():
    splits = ["test", "train", "validation", "train", "test"]
    train, validation, test = split_sounds(splits)
    assert (train.tolist(), validation.tolist(), test.tolist()) == ([1, 3], [2], [0, 4])


def test_validation_is_held_out_of_the_training():
    splits = ["train"] * 30 + ["test"] * 10
    train, validation, test = split_sounds(splits)
    assert sorted([*train, *validation]) == [*range(30)] and len(validation) == 3
    assert test.tolist() == [*range(30, 40)]
    again = split_sounds(splits)
    np.testing.assert_array_equal(validation, again[1])
    assert split_sounds(["train"] * 30)[2] is None


def test_speakers_are_in_one_part_alone():
    speakers = [f"s{i % 12}" for i in range(120)]
    parts = split_sounds(None, speakers, count=120)
    found = [{speakers[i] for i in part} for part in parts]
    assert sorted(np.concatenate(parts)) == [*range(120)]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert [len(part) for part in parts] == [90, 10, 20]


def test_who_says_almost_all_is_not_held_out():
    speakers = ["much"] * 80 + [f"s{i}" for i in range(5) for _ in range(4)]
    train, validation, _ = split_sounds(["train"] * 100, speakers)
    assert "much" in {speakers[i] for i in train}
    assert 10 <= len(validation) <= 20


@pytest.mark.parametrize("speakers", [None, ["a", "b"] * 20])
def test_few_speakers_are_in_both(speakers):
    labels = np.repeat([0, 1], 20)
    train, validation, test = split_sounds(None, speakers, labels, 40)
    for part, count in ((train, 32), (validation, 4), (test, 4)):
        assert np.bincount(labels[part]).tolist() == [count / 2, count / 2]


def test_few_sounds():
    assert [len(part) for part in split_sounds(None, count=3)] == [1, 1, 1]
    train, validation, test = split_sounds(None, count=2)
    assert (len(train), len(validation), test) == (1, 1, None)
    assert not len(split_sounds(None, count=1)[1])
