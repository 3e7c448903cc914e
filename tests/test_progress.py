import time

from kerazoo import progress


def test_short_work_is_silent_in_a_log(capsys):
    assert list(progress.track(range(3), "Measuring")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_long_work_is_one_line_with_an_estimate(capsys, monkeypatch):
    seconds = iter(range(0, 100, 3))
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    batches = [10, 10, 20]
    for _ in progress.track(batches, "Measuring", 40, "images", size=lambda n: n):
        pass
    # Ten images took three seconds: twenty are left. The first ones do not count.
    line = "Measuring: 20 of 40 images, about 6 s left\n"
    assert capsys.readouterr() == ("", line)


def test_unknown_total_is_not_estimated(capsys, monkeypatch):
    seconds = iter(range(0, 100, 3))
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    list(progress.track(iter([1, 2]), "Reading", unit="lines"))
    assert capsys.readouterr().err == "Reading: 2 lines\n"


def test_nothing_is_said_at_the_end(capsys, monkeypatch):
    seconds = iter(range(0, 100, 3))
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    list(progress.track([1, 2], "Measuring"))
    assert capsys.readouterr().err == ""


def test_terminal_shows_a_bar_that_goes(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for _ in progress.track(range(4), "Measuring", unit="images"):
        pass
    err = capsys.readouterr().err
    assert "Measuring" in err and "/4" in err
    assert err.endswith("\r")
