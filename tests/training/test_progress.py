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
