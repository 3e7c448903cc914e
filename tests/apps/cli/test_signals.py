import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from apps.cli import signals

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_a_command_as_an_exit(number, code):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as stop, signals.ending():
            signal.raise_signal(number)
        assert stop.value.code == code
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_a_shell_ignores_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with signals.ending():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_command_that_begins_is_stopped_without_a_word(tmp_path, number, code):
    """While it imports TensorFlow, as its first folder shows."""
    command = [sys.executable, "-m", "apps.train_dqn", "--noexport"]
    process = subprocess.Popen(
        [*command, f"--workdir={tmp_path}/run"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # As in a terminal: what runs in the background ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    maps = pathlib.Path(f"/proc/{process.pid}/maps")
    while process.poll() is None and "tensorflow" not in maps.read_text():
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (code, b"", b"")
    assert not os.listdir(tmp_path)
