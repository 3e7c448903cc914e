import numpy as np
import pytest

from kerazoo.serving.client.signatures import TensorInfo
from kerazoo.serving.client.signatures import VersionStatus
from kerazoo.serving.client.signatures import parse_metadata
from kerazoo.serving.client.signatures import parse_status

# As TensorFlow Serving's REST API writes it, see api_rest.md and http_rest_api_util.cc.
METADATA = {
    "model_spec": {"name": "half", "signature_name": "", "version": "123"},
    "metadata": {
        "signature_def": {
            "signature_def": {
                "serving_default": {
                    "inputs": {
                        "x": {
                            "dtype": "DT_FLOAT",
                            "tensor_shape": {
                                "dim": [
                                    {"size": "-1", "name": ""},
                                    {"size": "28", "name": ""},
                                ],
                                "unknown_rank": False,
                            },
                            "name": "x:0",
                        }
                    },
                    "outputs": {
                        "y": {
                            "dtype": "DT_STRING",
                            "tensor_shape": {"dim": [], "unknown_rank": True},
                            "name": "y:0",
                        }
                    },
                    "method_name": "tensorflow/serving/predict",
                },
                "__saved_model_init_op": {"inputs": {}, "outputs": {}},
            }
        }
    },
}
STATUS = {
    "model_version_status": [
        {
            "version": "8",
            "state": "END",
            "status": {"error_code": "UNKNOWN", "error_message": "damaged"},
        },
        {
            "version": "7",
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        },
    ]
}


def test_metadata_is_read():
    found = parse_metadata(
        METADATA["model_spec"], METADATA["metadata"]["signature_def"]
    )
    assert (found.name, found.version) == ("half", 123)
    (signature,) = found.signatures.values()
    assert signature.inputs == {"x": TensorInfo("float32", (None, 28))}
    assert str(signature.inputs["x"]) == "float32 (?, 28)"
    assert str(signature.outputs["y"]) == "string of any shape"


def test_states_are_read():
    assert parse_status(STATUS) == [
        VersionStatus(7, "AVAILABLE"),
        VersionStatus(8, "END", "damaged"),
    ]
    assert parse_status({}) == []


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        ("float32", [1, 2.5], np.float32([1, 2.5])),
        ("float32", np.float64(0.1), np.float32(0.1)),
        ("float64", [], np.float64([])),
        ("int32", [1, 2], np.int32([1, 2])),
        ("int32", [], np.int32([])),
        ("uint8", [[0, 255]], np.uint8([[0, 255]])),
        ("int64", 2**40, np.int64(2**40)),
        ("bool", [True], np.array([True])),
    ],
)
def test_numbers(dtype, value, expected):
    array = TensorInfo(dtype, None).array(value)
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("dtype", "value", "words"),
    [
        ("uint8", [256], "do not fit into uint8"),
        ("uint8", [-1], "do not fit into uint8"),
        ("int32", [0.0], "float64 is not int32"),
        ("int32", [True], "bool is not int32"),
        ("float32", ["1"], "text is not float32"),
        ("bool", [0], "int64 is not bool"),
        ("string", [1], "int64 is not string"),
        ("string", ["a", None], "NoneType is not string"),
    ],
)
def test_what_is_no_number_of_the_type(dtype, value, words):
    with pytest.raises(ValueError, match=words):
        TensorInfo(dtype, None).array(value)


def test_texts_are_bytes_with_their_zeros():
    info = TensorInfo("string", (None,))
    for value in (["é", b"a\0"], np.array(["é", b"a\0"], object)):
        assert info.array(value).tolist() == ["é".encode(), b"a\0"]
    assert info.array("a").shape == () and info.array("a")[()] == b"a"
    assert info.array([]).shape == (0,)
    assert info.array(np.array([["a"], ["b"]])).tolist() == [[b"a"], [b"b"]]
