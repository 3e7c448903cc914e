import os
import signal

import pytest

from kerazoo.training.interruption import Interrupted
from kerazoo.training.interruption import Interruption
from kerazoo.training.interruption import held_back


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_heard_at_once_where_it_may_be(number):
    with Interruption() as interruption:
        with pytest.raises(Interrupted) as raised, interruption.heard():
            signal.raise_signal(number)
            pytest.fail("not heard")
        assert raised.value.signal_number == number
        with pytest.raises(Interrupted), interruption.heard():  # It came before.
            pytest.fail("begun")


def test_signal_passes_through_what_catches_exceptions():
    interruption = Interruption()
    with interruption, pytest.raises(Interrupted), interruption.heard():
        try:
            signal.raise_signal(signal.SIGTERM)
        except Exception as error:
            pytest.fail(f"caught {error!r}")


def test_what_others_make_of_a_signal_is_an_interruption():
    interruption = Interruption()
    with interruption, pytest.raises(Interrupted), interruption.heard():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            raise RuntimeError("in the midst of it")


def test_other_exceptions_are_left_alone():
    interruption = Interruption()
    with interruption, pytest.raises(KeyError, match="mine"), interruption.heard():
        raise KeyError("mine")


def test_writing_is_ended_before_a_signal_is_heard():
    written = []
    interruption = Interruption()
    with interruption, pytest.raises(Interrupted), interruption.heard():
        with held_back():
            signal.raise_signal(signal.SIGTERM)
            written.append("all")
        written.append("more")
    assert written == ["all"]


def test_held_back_signal_outside_is_only_noted():
    with Interruption() as interruption:
        with held_back():
            signal.raise_signal(signal.SIGTERM)
        assert interruption.requested == signal.SIGTERM
