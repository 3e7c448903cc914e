import os
import signal

import pytest

from kerazoo.training.interruption import Interrupted
from kerazoo.training.interruption import Interruption


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_first_signal_is_noted(number):
    with Interruption() as interruption:
        assert interruption.requested is None
        os.kill(os.getpid(), number)
        assert interruption.requested == number


def test_second_ctrl_c_acts_as_before():
    # Shells let what runs in the background ignore it.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Interruption():
            os.kill(os.getpid(), signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
                signal.pause()
    finally:
        signal.signal(signal.SIGINT, previous)


def test_second_sigterm_does_no_harm():
    previous = signal.signal(signal.SIGTERM, lambda *_: pytest.fail("killed"))
    try:
        with Interruption() as interruption:
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGTERM)
        assert interruption.requested == signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, previous)


def test_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with Interruption():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_exception_names_the_signal():
    assert str(Interrupted(signal.SIGTERM)) == "SIGTERM"
