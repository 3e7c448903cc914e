import pytest

from kerazoo.data.class_indices import class_indices


@pytest.mark.parametrize(
    ("values", "indices", "names"),
    [
        (["b", "a", "b"], [1, 0, 1], ["a", "b"]),
        (["10", "9", "-1"], [2, 1, 0], ["-1", "9", "10"]),
        (["10", "9", "x"], [0, 1, 2], ["10", "9", "x"]),
        (["a", "", "b"], [0, -1, 1], ["a", "b"]),
        (["", ""], [-1, -1], []),
    ],
)
def test_classes_are_numbered_in_their_order(values, indices, names):
    result, result_names = class_indices(values)
    assert result.dtype == "int32"
    assert (result.tolist(), result_names) == (indices, names)
