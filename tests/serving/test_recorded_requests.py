import numpy as np
import pytest

from kerazoo.serving.recorded_requests import read_recorded
from kerazoo.serving.recorded_requests import write_recorded

REQUESTS = {
    "a": {"x": np.arange(6, dtype=np.int64).reshape(2, 3), "flag": np.array(True)},
    "b": {"text": np.array([b"\xff\0", "grün".encode()], object)},
}
ANSWERS = {"a": {"y": np.zeros((0, 4), np.float32)}, "b": {"z": np.array([1.5])}}


def test_requests_and_answers_come_back(tmp_path):
    write_recorded(tmp_path / "file", "model", REQUESTS, ANSWERS)
    found = read_recorded(tmp_path / "file")
    assert [request.signature for request in found] == ["a", "b"]
    for request in found:
        for arrays, expected in (
            (request.inputs, REQUESTS[request.signature]),
            (request.outputs, ANSWERS[request.signature]),
        ):
            assert arrays.keys() == expected.keys()
            for name, value in expected.items():
                assert arrays[name].dtype == value.dtype
                assert arrays[name].shape == value.shape
                np.testing.assert_array_equal(arrays[name], value)


def test_without_answers_there_are_none(tmp_path):
    write_recorded(tmp_path / "file", "model", REQUESTS)
    assert [request.outputs for request in read_recorded(tmp_path / "file")] == [{}, {}]


@pytest.mark.parametrize("keep", [40, -1])
def test_damaged_file_is_named(tmp_path, keep):
    write_recorded(tmp_path / "file", "model", REQUESTS)
    content = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(content[:keep])
    with pytest.raises(ValueError, match="file is damaged: export the model again"):
        read_recorded(tmp_path / "file")
    (tmp_path / "file").write_bytes(content[:30] + b"?" + content[31:])
    with pytest.raises(ValueError, match="file is damaged"):
        read_recorded(tmp_path / "file")
