"""What Ctrl-C and SIGTERM do to a command; a run hears them itself."""

import contextlib
import os
import signal
import sys
import threading

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


def die_at_once():
    """Lets a signal end the process at once, without a word."""
    for number in _NUMBERS:
        _handle(number, _die)


@contextlib.contextmanager
def dying():
    """Lets a signal end the process at once: for imports, which would say much."""
    with _handled(_die):
        yield


@contextlib.contextmanager
def killed():
    """Leaves signals to the system: for what does not come back to Python for long."""
    with _handled(signal.SIG_DFL):
        yield


@contextlib.contextmanager
def ending():
    """Lets a signal end the command as any exit does: nothing half-written stays."""
    with _handled(_end):
        yield


@contextlib.contextmanager
def _handled(handler):
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: _handle(number, handler) for number in _NUMBERS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _handle(number, handler):
    """Sets a handler and returns the one before; what a shell ignores stays so."""
    previous = signal.getsignal(number)
    if previous not in (signal.SIG_IGN, None):
        signal.signal(number, handler)
    return signal.SIG_DFL if previous is None else previous


def _die(number, _):
    os._exit(128 + number)


def _end(number, _):
    sys.exit(128 + number)
