import socket

import pytest

from kerazoo.demo.port import free_port


def test_port_that_is_taken_is_an_error():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match=f"`port`.*port={port}"):
            free_port("127.0.0.1", port)
    assert free_port("127.0.0.1", port) == port


def test_host_that_is_not_this_machine_is_an_error():
    with pytest.raises(OSError, match="host=192.0.2.1, port=0"):
        free_port("192.0.2.1", 0)


def test_any_free_port_can_be_taken():
    assert free_port("127.0.0.1", 0) > 1023
