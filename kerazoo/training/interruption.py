"""SIGTERM and Ctrl-C as a request to stop at the next safe place."""

import signal


class Interrupted(Exception):
    """Raised by a training loop that saved its state because it was asked to stop.

    Attributes:
        signal_number: int. `signal.SIGTERM` or `signal.SIGINT`.
    """

    def __init__(self, signal_number: int):
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number


class Interruption:
    """Notes a SIGTERM or SIGINT instead of dying from it.

    A second Ctrl-C acts as it would have without this; a second SIGTERM does nothing
    more: schedulers send it to every process of a job, and each passes it on.

    Example:

    ```python
    with Interruption() as interruption:
        for step in range(1_000):
            if interruption.requested:  # Save the state, then:
                raise Interrupted(interruption.requested)
    ```

    Attributes:
        requested: int or None. The signal that arrived.
    """

    def __init__(self):
        self.requested: int | None = None

    def __enter__(self):
        self._previous = {
            number: signal.signal(number, self._note)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number, _):
        self.requested = number
        if number == signal.SIGINT:
            signal.signal(number, self._previous[number])
