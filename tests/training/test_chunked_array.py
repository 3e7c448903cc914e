import numpy as np
import pytest
import tensorflow as tf

from kerazoo.training import chunked_array
from kerazoo.training.checkpoints import Checkpoints
from kerazoo.training.chunked_array import ChunkedArray
from kerazoo.training.chunked_array import in_chunks


@pytest.fixture
def small(monkeypatch):
    """Arrays of more than 63 bytes are written in chunks of 32."""
    monkeypatch.setattr(chunked_array, "_SMALL", 64)
    monkeypatch.setattr(chunked_array, "_CHUNK", 32)


def versions(begins, ends):
    return begins + ends


def save(checkpoints, step, values, versions):
    chunks = [np.full((2, 2), value) for value in values]
    array = ChunkedArray(chunks, versions)
    return checkpoints.save(step, tf.train.Checkpoint(), {"a/b": array, "c": step})


def restore(checkpoints):
    step, arrays, _ = checkpoints.restore(tf.train.Checkpoint())
    whole = np.zeros((2 * len(arrays["a/b"].chunks), 2))
    arrays["a/b"].copy_to(whole)
    return step, whole[::2, 0].tolist()


def inodes(path):
    return {file.name: file.stat().st_ino for file in path.glob("a-b-*")}


def test_large_arrays_are_in_chunks_of_their_rows(small):
    array = np.arange(20.0).reshape(10, 2)
    chunked = in_chunks(array, versions)
    assert [len(chunk) for chunk in chunked.chunks] == [2] * 5
    assert chunked.versions == [2, 6, 10, 14, 18]
    again = np.zeros_like(array)
    chunked.copy_to(again)
    np.testing.assert_array_equal(again, array)
    assert in_chunks(array[:3], versions) is not chunked
    np.testing.assert_array_equal(in_chunks(array[:3], versions), array[:3])


def test_another_length_raises():
    chunked = ChunkedArray([np.zeros(2), np.zeros(3)], [0, 0])
    with pytest.raises(ValueError, match=r"The array has 6 rows, the chunks 5."):
        chunked.copy_to(np.zeros(6))


def test_only_what_has_changed_is_written_again(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    first = save(checkpoints, 1, [1.0, 2.0, 3.0], [1, 2, 3])
    second = save(checkpoints, 2, [1.0, 9.0, 3.0, 4.0], [1, 5, 3, 6])
    shared = inodes(first).items() & inodes(second).items()
    assert len(inodes(first)) == 3
    assert len(inodes(second)) == 4
    assert {name for name, _ in shared} == {
        "a-b-00000-1.npy",
        "a-b-00002-3.npy",
    }
    assert restore(checkpoints) == (2, [1.0, 9.0, 3.0, 4.0])
    save(checkpoints, 3, [1.0, 9.0, 3.0, 4.0], [1, 5, 3, 6])  # The first goes.
    assert restore(Checkpoints(tmp_path)) == (3, [1.0, 9.0, 3.0, 4.0])


def test_a_future_that_was_left_is_not_linked(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, [1.0], [1])
    save(checkpoints, 2, [2.0], [2])
    (tmp_path / "000000000002" / "state.json").write_text("damaged")
    resumed = Checkpoints(tmp_path)
    with pytest.warns(UserWarning, match="damaged"):
        assert restore(resumed) == (1, [1.0])
    save(resumed, 2, [7.0], [2])
    assert restore(Checkpoints(tmp_path)) == (2, [7.0])


def test_a_resumed_run_links_to_what_it_went_on_from(tmp_path):
    first = save(Checkpoints(tmp_path), 1, [1.0, 2.0], [1, 2])
    resumed = Checkpoints(tmp_path)
    restore(resumed)
    second = save(resumed, 2, [1.0, 5.0], [1, 4])
    assert len(inodes(first).items() & inodes(second).items()) == 1


def test_damaged_chunks_are_found(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, [1.0], [1])
    path = save(checkpoints, 2, [2.0], [2])
    (file,) = path.glob("a-b-*")
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.warns(UserWarning, match="a-b-00000-2.npy has changed"):
        assert restore(Checkpoints(tmp_path)) == (1, [1.0])


def test_file_systems_without_links_get_copies(tmp_path, monkeypatch):
    def link(source, target):
        raise OSError("no links")

    monkeypatch.setattr("os.link", link)
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, [1.0], [1])
    save(checkpoints, 2, [1.0], [1])
    assert restore(Checkpoints(tmp_path)) == (2, [1.0])


@pytest.mark.parametrize("content", [None, "{", ""])
def test_without_the_manifest_before_all_is_written(tmp_path, content):
    checkpoints = Checkpoints(tmp_path)
    path = save(checkpoints, 1, [1.0, 2.0], [1, 2])
    if content is None:
        (path / "manifest.json").unlink()
    else:
        (path / "manifest.json").write_text(content)
    save(checkpoints, 2, [1.0, 3.0], [1, 3])
    assert restore(checkpoints) == (2, [1.0, 3.0])
