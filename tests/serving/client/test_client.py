import socket
import time

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.client.client import Client
from kerazoo.serving.client.errors import ServingError
from kerazoo.serving.signatures import load_signatures
from tests.serving.rest_handler import Refusal

PROTOCOLS = ("grpc", "rest")
PICTURE = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
TEXTS = ["3. Mai 1968", "été", "", "zero\0"]
SHIFT = {"x": [1, 2, 3], "by": 2, "up": [True, False, True]}


@pytest.fixture(params=PROTOCOLS)
def client(request, server):
    with client_of(server, request.param) as found:
        yield found


def client_of(server, protocol, **options):
    address = {"grpc": server.grpc_address, "rest": server.rest_address}[protocol]
    return Client(address, protocol, **options)


def free_address():
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return f"localhost:{found.getsockname()[1]}"


def direct(models, name, signature="serving_default", version=1, **inputs):
    """Returns what an export answers without a server."""
    function = load_signatures(models / name / str(version))[signature]
    inputs = {key: tf.constant(value) for key, value in inputs.items()}
    return {key: value.numpy() for key, value in function(**inputs).items()}


def assert_same(answer, expected):
    assert answer.keys() == expected.keys()
    for key, value in expected.items():
        assert answer[key].dtype == value.dtype, key
        np.testing.assert_array_equal(answer[key], value)


@pytest.mark.parametrize(
    ("model", "signature", "inputs"),
    [
        ("texts", "serving_default", {"text": TEXTS}),
        ("texts", "serving_default", {"text": [b"\xff no UTF-8"]}),
        ("texts", "serving_default", {"text": np.zeros(0, object)}),
        ("images", "serving_default", {"images": PICTURE}),
    ],
)
def test_answers_are_those_of_the_export(client, models, model, signature, inputs):
    plain = {key: np.asarray(value) for key, value in inputs.items()}
    if model == "texts":
        plain = {"text": tf.constant(list(inputs["text"]), tf.string).numpy()}
    answer = client.predict(model, inputs, signature)
    assert_same(answer, direct(models, model, signature, **plain))


def test_a_file_of_an_image_goes_there_and_back(client, models):
    files = client.predict("images", {"images": PICTURE})["png_bytes"]
    assert files[0].startswith(b"\x89PNG")
    answer = client.predict("images", {"image_bytes": files}, "classify")
    np.testing.assert_array_equal(answer["mean"], [255 - PICTURE.mean()])
    assert answer["mean"].dtype == np.float32


def test_numbers_become_of_the_types_of_the_signature(client):
    answer = client.predict("numbers", SHIFT, "shift", version=1)
    np.testing.assert_array_equal(answer["moved"], np.int32([3, 0, 5]))
    np.testing.assert_array_equal(answer["ratio"], np.float32([0.5, 1, 1.5]))
    np.testing.assert_array_equal(answer["up"], [False, True, False])
    dtypes = [answer[key].dtype for key in ("moved", "ratio", "up")]
    assert dtypes == [np.int32, np.float32, np.bool_]


def test_numbers_that_are_none(client):
    strange = [[np.nan, -np.inf], [1 / 3, -0.0]]
    answer = client.predict("numbers", {"x": strange}, version=1)
    np.testing.assert_array_equal(answer["y"], np.float32(strange))


def test_versions_and_labels(client):
    one = {"x": [[1, 10]]}

    def factor(**which):
        return client.predict("numbers", one, **which)["y"][0, 0]

    assert factor() == factor(version=3) == factor(label="canary") == 3
    assert factor(version=1) == factor(label="stable") == 1
    with pytest.raises(ServingError, match="label beta.*Unrecognized.*label: beta"):
        factor(label="beta")
    with pytest.raises(ServingError, match=r"1 \(AVAILABLE\), 3 \(AVAILABLE\)") as e:
        factor(version=2)  # Neither labelled nor the newest.
    assert e.value.code == "NOT_FOUND"
    with pytest.raises(ValueError, match="`version` does not go with `label`"):
        factor(version=1, label="stable")


def test_what_a_server_has_is_told(client, server):
    metadata = client.metadata("numbers")
    assert (metadata.name, metadata.version) == ("numbers", 3)
    shift = metadata.signatures["shift"]
    assert {key: str(info) for key, info in shift.inputs.items()} == {
        "by": "int32 ()",
        "up": "bool (?)",
        "x": "int32 (?)",
    }
    assert shift.outputs["ratio"].dtype == "float32"
    assert client.metadata("numbers", label="stable").version == 1
    assert client.metadata("texts").signatures.keys() == {"serving_default"}
    states = [(status.version, status.state) for status in client.status("numbers")]
    assert states == [(1, "AVAILABLE"), (3, "AVAILABLE")]


@pytest.mark.parametrize(
    ("inputs", "signature", "words"),
    [
        ({"x": [[1, 2]]}, "shifted", "serving_default, shift.*version 3 of numbers"),
        ({"z": [[1, 2]]}, "serving_default", r"x: float32 \(\?, 2\).*inputs=z"),
        ({"x": [["a", "b"]]}, "serving_default", "of x, text is not float32"),
        ({**SHIFT, "by": 0.5}, "shift", "of by, float64 is not int32"),
        ({**SHIFT, "by": 2**40}, "shift", "of by, some numbers do not fit into int32"),
        ({**SHIFT, "up": [1, 0, 1]}, "shift", "of up, int64 is not bool"),
        ({**SHIFT, "x": [[1], [2, 3]]}, "shift", "of x, .*inhomogeneous"),
    ],
)
def test_wrong_inputs_are_refused_before_they_are_sent(
    client, server, inputs, signature, words
):
    with pytest.raises(ValueError, match=words):
        client.predict("numbers", inputs, signature)
    assert server.requests == 1  # For the metadata.


def test_a_refusal_arrives_and_is_not_repeated(client, server):
    client.predict("numbers", {"x": [[1, 2]]})
    before = server.requests
    with pytest.raises(ServingError, match="x must be small") as error:
        client.predict("numbers", {"x": [[1e7, 0]]})
    assert error.value.code == "INVALID_ARGUMENT"
    assert client.address in str(error.value)
    assert "model numbers, signature serving_default" in str(error.value)
    assert server.requests == before + 1


def test_an_unknown_model_is_named(client):
    with pytest.raises(ServingError, match="The server has no model cars") as error:
        client.predict("cars", {"x": 1})
    assert error.value.code == "NOT_FOUND"
    with pytest.raises(ServingError, match="Could not find any versions of model cars"):
        client.status("cars")


def test_an_unavailable_server_is_asked_again(client, server):
    client.metadata("numbers")
    server.requests = 0
    server.refusals = [Refusal("UNAVAILABLE", "overloaded")] * 2
    assert client.metadata("numbers").version == 3
    assert server.requests == 3


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_repetitions_end(protocol, server):
    server.refusals = [Refusal("UNAVAILABLE", "overloaded")] * 9
    with client_of(server, protocol, retries=2) as client:
        with pytest.raises(ServingError, match="UNAVAILABLE: overloaded"):
            client.status("numbers")
        assert server.requests == 3
    server.requests = 0
    with client_of(server, protocol, retries=0) as client:
        with pytest.raises(ServingError):
            client.status("numbers")
        assert server.requests == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_deadlines(protocol, server):
    with client_of(server, protocol, timeout=0.2) as client:
        client.predict("numbers", {"x": [[1, 2]]})
        server.requests, server.delay = 0, 1.0
        start = time.monotonic()
        with pytest.raises(ServingError) as error:
            client.predict("numbers", {"x": [[1, 2]]})
        assert time.monotonic() - start < 0.8
    assert error.value.code == "DEADLINE_EXCEEDED"
    assert server.requests == 1
    time.sleep(1)  # The server is done with it.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_there(protocol):
    address = free_address()
    client = Client(address, protocol, timeout=2, retries=1)
    with client, pytest.raises(ServingError) as error:
        client.status("numbers")
    assert error.value.code == "UNAVAILABLE"
    assert str(error.value).startswith(f"{address} ({protocol}), model numbers: ")
    assert "\n" not in str(error.value)


def test_versions_that_change_are_noticed(client, server, models):
    """A newer version has another signature under the same name."""
    client.predict("images", {"images": PICTURE})
    images = server._models["images"]
    texts = server._models["texts"][1]
    server._models["images"] = {**images, 2: texts}
    try:
        assert client.predict("images", {"text": ["a"]})["length"] == [1]
    finally:
        server._models["images"] = images


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"protocol": "http"}, "`protocol` must be grpc or rest.*protocol=http"),
        ({"address": "localhost"}, "`address` must be host:port.*address=localhost"),
        ({"address": "localhost:web"}, "`address` must be host:port"),
        ({"address": "ftp://localhost:21"}, "`address` must be host:port"),
    ],
)
def test_wrong_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        Client(**{"protocol": "rest", **options})
