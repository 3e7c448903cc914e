"""Ports of this machine.

Importing this imports nothing heavy: that one is taken can be said at once.
"""

import socket


def free_port(host: str, port: int) -> int:
    """Returns a port that can be listened at.

    Args:
        host: Name or address.
        port: Number of the port; 0 for any that is free.

    Raises:
        OSError: If it is taken, or there is no such host.

    Example:

    ```python
    free_port("127.0.0.1", 0)
    ```
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise OSError(
                f"`port` cannot be had: {error.strerror or error}. 0 takes any that is "
                f"free. Received: host={host}, port={port}"
            ) from error
        return listener.getsockname()[1]
