"""SIGTERM and Ctrl-C as a request to stop at the next safe place."""

import contextlib
import signal
import typing


class Interrupted(Exception):
    """Raised by a training loop that saved its state because it was asked to stop.

    Attributes:
        signal_number: int. `signal.SIGTERM` or `signal.SIGINT`.
        is_saved: bool. Whether there is a state to go on from.
    """

    def __init__(self, signal_number: int, is_saved: bool = True):
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number
        self.is_saved = is_saved


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
        with interruption.heard():  # Here a signal raises at once.
            sum(range(1_000))
    ```

    Attributes:
        requested: int or None. The signal that arrived.
    """

    def __init__(self) -> None:
        self.requested: int | None = None
        self._is_heard = False

    def __enter__(self) -> typing.Self:
        _entered.append(self)
        self._previous = {
            number: signal.signal(number, self._note)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        _entered.remove(self)

    @contextlib.contextmanager
    def heard(self) -> typing.Iterator[None]:
        """Lets a signal end what is within at once, where no state is being written.

        Raises:
            Interrupted: If a signal comes, or has come before.
        """
        try:
            self._is_heard = True
            self._raise_if_requested()
            yield
            self._is_heard = False
            self._raise_if_requested()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise  # A second Ctrl-C.
        except BaseException:
            # TensorFlow and Keras may have made another exception of it.
            if self.requested is None:
                raise
            raise Interrupted(self.requested) from None
        finally:
            self._is_heard = False

    def _raise_if_requested(self):
        if self.requested is not None:
            raise _Stop

    def _note(self, number, _):
        is_first, self.requested = self.requested is None, number
        if number == signal.SIGINT:
            signal.signal(number, self._previous[number])
        if is_first and self._is_heard and not _holding:
            raise _Stop


class _Stop(BaseException):
    """Passes through what catches every `Exception`."""


_entered: list[Interruption] = []
_holding: list[None] = []


@contextlib.contextmanager
def held_back() -> typing.Iterator[None]:
    """Holds signals back until its end, for what must be written whole.

    Example:

    ```python
    import pathlib

    with Interruption() as interruption, interruption.heard():
        with held_back():
            pathlib.Path("state.txt").write_text("whole")
    ```
    """
    _holding.append(None)
    try:
        yield
    finally:
        _holding.pop()
    if not _holding:
        for interruption in _entered:
            if interruption._is_heard:
                interruption._raise_if_requested()
