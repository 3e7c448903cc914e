import base64
import io
import json
import re
import shlex
import urllib.request
from contextlib import redirect_stdout

import numpy as np
import pytest

from kerazoo.serving.models_config import write_models_config
from kerazoo.serving.recorded_requests import read_recorded
from kerazoo.serving.request_examples import body_file
from kerazoo.serving.request_examples import rest_body
from tests.serving import doubling
from tests.serving.model_server import ModelServer

TEXTS = np.array([b"caf\xc3\xa9", b"\xff\0"], object)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The `assets.extra` of an export that is being served."""
    models = tmp_path_factory.mktemp("models")
    return doubling.write(models / "doubling") / "assets.extra"


@pytest.fixture(scope="module")
def server(folder):
    server = ModelServer(write_models_config(folder.parents[2]))
    yield server
    server.close()


@pytest.fixture(scope="module")
def stored(folder):
    return {r.signature: r.outputs for r in read_recorded(folder / "expected_outputs")}


def examples(folder, language):
    """Returns the examples of the card by the signature that they stand under."""
    found = {}
    for part in (folder / "README.md").read_text().split("### `")[1:]:
        name = part.partition("`")[0]
        found[name] = re.search(rf"```{language}\n(.*?)\n```", part, re.DOTALL)[1]
    assert found.keys() == doubling.REQUESTS.keys()
    return found


def test_bytes_that_are_no_text_are_base64():
    body = rest_body("shout", {"text": TEXTS, "scalar": np.array(3, np.int32)})
    assert json.loads(json.dumps(body)) == {
        "signature_name": "shout",
        "inputs": {"text": ["café", {"b64": "/wA="}], "scalar": 3},
    }


def test_only_long_bodies_have_a_file():
    assert body_file("a/b", {"x": np.zeros(5)}) is None
    assert body_file("a/b", {"x": np.zeros(5_000)}) == "requests/a%2Fb.json"


def test_curl_commands_of_the_card_get_the_stored_answers(folder, server, stored):
    for name, command in examples(folder, "bash").items():
        curl, option, data, url = shlex.split(command)
        assert (curl, option) == ("curl", "-d")
        assert data.startswith("@") == (name == "many")
        body = (folder / data[1:]).read_text() if data.startswith("@") else data
        address = url.replace("localhost:8501", f"http://{server.rest_address}")
        with urllib.request.urlopen(address, body.encode(), timeout=10) as response:
            (outputs,) = stored[name].values()
            found = json.load(response)["outputs"]
        if name == "shout":  # Outputs of this ending are base64.
            found = [base64.b64decode(item["b64"]) for item in found]
            assert found == ["IT'S GRüN".encode(), b"\xff\0"] == outputs.tolist()
        else:
            np.testing.assert_allclose(found, outputs, rtol=1e-6)


def test_programs_of_the_card_get_the_stored_answers(
    folder, server, stored, monkeypatch
):
    monkeypatch.chdir(folder)
    for name, program in examples(folder, "python").items():
        assert "localhost:8500" in program
        names = {}
        with redirect_stdout(io.StringIO()) as said:
            exec(program.replace("localhost:8500", server.grpc_address), names)
        assert said.getvalue().startswith("{")
        tf, response = names["tf"], names["response"]
        for key, expected in stored[name].items():
            found = tf.make_ndarray(response.outputs[key])
            np.testing.assert_array_equal(found, expected)
