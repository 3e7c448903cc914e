import io
import itertools
import os
import re
import sys
import time

import pytest

from kerazoo.training.progress import Progress


def test_log_without_terminal_has_a_line_per_report(capsys):
    progress = Progress(100, name="dqn")
    progress.update(10)
    progress.report(10, {"loss": 0.123456})
    progress.say("step 10: hello")
    progress.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["dqn 10/100  loss 0.1235", "step 10: hello"]


def test_terminal_shows_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress(100, initial_step=40, name="dqn")
    progress.update(50)
    progress.report(50, {"loss": 1.0})
    progress.close()
    err = capsys.readouterr().err
    assert "dqn:  50%" in err
    assert "50/100" in err
    assert "loss 1" in err


def test_log_has_a_report_each_two_seconds_and_the_last(capsys, monkeypatch):
    seconds = itertools.count(0, 0.5)  # Two calls for each line that is shown.
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    progress = Progress(100, name="dqn")
    for step in range(1, 101):
        progress.report(step, {"loss": 1.0})
    lines = capsys.readouterr().err.splitlines()
    steps = [int(re.match(r"dqn (\d+)/100", line)[1]) for line in lines]
    assert steps[0] == 1 and steps[-1] == 100
    assert 20 <= len(steps) <= 30  # Fifty seconds and more.


def test_report_that_ends_training_early_is_shown(capsys):
    progress = Progress(100, name="dqn")
    for step in (1, 2, 3):
        progress.report(step, {"loss": 1.0}, is_last=step == 3)
    assert [line[:9] for line in capsys.readouterr().err.splitlines()] == [
        "dqn 1/100",
        "dqn 3/100",
    ]


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        return 2


@pytest.mark.parametrize("columns", [90, 120, 160])
def test_metrics_leave_room_for_the_bar(monkeypatch, columns):
    monkeypatch.setattr("sys.stderr", Terminal())
    size = os.terminal_size((columns + 1, 40))
    monkeypatch.setattr(os, "get_terminal_size", lambda _: size)
    progress = Progress(20_000, name="gan generate")
    progress.update(50)
    metrics = dict.fromkeys(("loss", "r1", "fake_logit", "real_logit"), 0.12345)
    progress.report(50, metrics | {f"metric_{i}": 1.0 for i in range(9)})
    last = sys.stderr.getvalue().split("\r")[-1]
    progress.close()
    assert len(last) == columns
    assert len(re.search(r"\|(.*?)\|", last)[1]) >= 20
    assert ("loss 0.1" in last) == (columns > 90)
    assert "metric_8" not in last
