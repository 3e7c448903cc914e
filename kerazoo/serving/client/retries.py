"""Requests that are sent again while there is time."""

import random
import time
import typing

from kerazoo.serving.client.errors import ServingError

_FIRST_WAIT = 0.1  # Seconds; each one is twice the one before.
_LONGEST_WAIT = 2.0
_Answer = typing.TypeVar("_Answer")


def ask(
    send: typing.Callable[[float], _Answer], timeout: float, retries: int
) -> _Answer:
    """Sends a request, and again after a growing pause while it is `UNAVAILABLE`.

    What the server has refused is not sent again, nor what took too long.

    Args:
        send: Function of the seconds that are left, which raises a `ServingError`.
        timeout: float. Seconds in all.
        retries: int. How often it is sent again at most.

    Returns:
        What `send` returns.

    Raises:
        ServingError: The last one.

    Example:

    ```python
    ask(lambda seconds: "answer", timeout=5.0, retries=3)  # "answer"
    ```
    """
    end = time.monotonic() + timeout
    wait = _FIRST_WAIT
    while True:
        try:
            return send(max(end - time.monotonic(), 1e-3))
        except ServingError as error:
            pause = wait * random.uniform(0.5, 1)  # Many clients come one by one.
            is_late = time.monotonic() + pause >= end
            if error.code != "UNAVAILABLE" or retries <= 0 or is_late:
                raise
        time.sleep(pause)
        retries -= 1
        wait = min(2 * wait, _LONGEST_WAIT)
