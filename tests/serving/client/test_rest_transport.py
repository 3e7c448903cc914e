import contextlib
import http.server
import subprocess
import sys
import threading

import pytest

from kerazoo.serving.client.client import Client
from kerazoo.serving.client.errors import ServingError
from tests.documents import ROOT


@contextlib.contextmanager
def answering(code, body):
    """Runs a server that gives every request this answer; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.HTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("code", "body", "words"),
    [
        (502, b"<html>", "UNAVAILABLE: HTTP 502 Bad Gateway"),
        (404, b"<html>", "NOT_FOUND: HTTP 404 Not Found"),
        (418, b"{}", "UNKNOWN: HTTP 418"),
        (400, b'{"error": "so\\nwrong"}', "INVALID_ARGUMENT: so wrong$"),
        (200, b"<html>", "UNIMPLEMENTED: this is no REST API"),
        (200, b"[1]", "UNIMPLEMENTED: this is no REST API"),
    ],
)
def test_answers_of_others(code, body, words):
    with answering(code, body) as address:
        client = Client(f"http://{address}/", "rest", retries=0)
        with client, pytest.raises(ServingError, match=words):
            client.status("numbers")


@pytest.mark.parametrize(
    "body", [b"{}", b'{"model_spec": {}, "metadata": {"signature_def": {}}}']
)
def test_metadata_that_is_none(body):
    with answering(200, body) as address:
        client = Client(address, "rest", retries=0)
        with client, pytest.raises(ServingError, match="INTERNAL: no metadata"):
            client.metadata("numbers")


def test_ports_are_mixed_up(server):
    client = Client(server.grpc_address, "rest", timeout=2, retries=0)
    with client, pytest.raises(ServingError) as error:
        client.status("numbers")
    assert error.value.code in ("UNIMPLEMENTED", "UNAVAILABLE")
    client = Client(server.rest_address, "grpc", timeout=2, retries=0)
    with client, pytest.raises(ServingError) as error:
        client.status("numbers")
    assert error.value.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED")


def test_rest_needs_no_tensorflow():
    program = (
        "import sys\n"
        "from kerazoo.serving import Client\n"
        "Client('localhost:1', protocol='rest')\n"
        "print(sorted({'tensorflow', 'keras', 'grpc'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
