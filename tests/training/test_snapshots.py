import numpy as np
import pytest

from kerazoo.training.snapshots import Snapshots


def weights(value):
    """Returns as many arrays as it takes for text to sort them wrongly."""
    return [np.full((2, i), value + 100 * i, "float32") for i in range(12)]


def test_mean_of_the_last(tmp_path):
    snapshots = Snapshots(tmp_path, count=3)
    for step, value in [(5, 1000.0), (90, 1.0), (1000, 2.0), (1100, 6.0)]:
        snapshots.take(step, weights(value))
    assert snapshots.steps() == [90, 1000, 1100]
    for array, expected in zip(snapshots.mean(), weights(3.0), strict=True):
        assert array.dtype == "float32"
        np.testing.assert_array_equal(array, expected)


def test_mean_of_fewer_than_count(tmp_path):
    snapshots = Snapshots(tmp_path, count=3)
    snapshots.take(1, weights(4.0))
    np.testing.assert_array_equal(snapshots.mean()[2], weights(4.0)[2])
    snapshots.take(2, weights(5.0))
    np.testing.assert_array_equal(snapshots.mean()[2], weights(4.5)[2])


def test_later_changes_of_the_arrays_do_not_matter(tmp_path):
    snapshots, array = Snapshots(tmp_path, count=2), np.ones(3, "float32")
    snapshots.take(1, [array])
    array += 1
    np.testing.assert_array_equal(snapshots.mean()[0], [1, 1, 1])


def test_small_differences_of_many_are_not_lost(tmp_path):
    values = np.float32(1) + np.arange(10, dtype="float32") * np.float32(2**-23)
    snapshots = Snapshots(tmp_path, count=10)
    for step, value in enumerate(values):
        snapshots.take(step, [np.array([value])])
    expected = np.float32(values.astype(np.float64).mean())
    np.testing.assert_array_equal(snapshots.mean()[0], [expected])


def test_goes_on_in_a_new_object(tmp_path):
    first = Snapshots(tmp_path / "snapshots", count=2)
    first.take(10, weights(1.0))
    first.take(20, weights(2.0))
    second = Snapshots(tmp_path / "snapshots", count=2)
    assert second.steps() == [10, 20]
    np.testing.assert_array_equal(second.mean()[1], weights(1.5)[1])
    second.take(30, weights(3.0))
    assert second.steps() == [20, 30]
    np.testing.assert_array_equal(second.mean()[1], weights(2.5)[1])


def test_those_of_steps_not_reached_are_dropped(tmp_path):
    snapshots = Snapshots(tmp_path, count=3)
    for step in (10, 20, 30):
        snapshots.take(step, weights(float(step)))
    snapshots.rewind(20)
    assert snapshots.steps() == [10, 20]
    snapshots.rewind(0)
    assert snapshots.steps() == []


def test_damaged_ones_do_not_count(tmp_path):
    snapshots = Snapshots(tmp_path, count=3)
    for step, value in ((10, 1.0), (20, 500.0), (30, 3.0)):
        snapshots.take(step, weights(value))
    arrays = tmp_path / f"{20:012d}" / "arrays.npz"
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    with pytest.warns(UserWarning, match="000020 is damaged"):
        mean = snapshots.mean()
    np.testing.assert_array_equal(mean[2], weights(2.0)[2])
    assert snapshots.steps() == [10, 30]


def test_steps_that_are_run_again_replace_later_ones(tmp_path):
    snapshots = Snapshots(tmp_path, count=3)
    for step in (10, 20, 30):
        snapshots.take(step, weights(1000.0 if step > 10 else 1.0))
    snapshots.take(20, weights(2.0))  # Of a run that went on from step 10.
    assert snapshots.steps() == [10, 20]
    np.testing.assert_array_equal(snapshots.mean()[1], weights(1.5)[1])
    snapshots.take(30, weights(6.0))
    np.testing.assert_array_equal(snapshots.mean()[1], weights(3.0)[1])


def test_mistakes_raise(tmp_path):
    with pytest.raises(ValueError, match="positive. Received: count=0"):
        Snapshots(tmp_path, count=0)
    with pytest.raises(ValueError, match="Received: none"):
        Snapshots(tmp_path, count=1).mean()
