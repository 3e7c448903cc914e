from kerazoo.runs.table import metrics_table


def test_points_are_one_under_the_other():
    lines = metrics_table({"fid": 123.456789, "kid": 0.00123456, "modes": 10})
    assert lines == [
        "fid    123.5",
        "kid      0.001235",
        "modes   10",
    ]


def test_only_metrics_are_shown():
    result = {
        "fid": 1.0,
        "denoising_error_0.06": 0.1,
        "feature_extractor": "lenet",
        "train_steps": 100,
        "wall_seconds": 3.2,
        "export": None,
        "seeds": [1, 2],
    }
    assert [line.split()[0] for line in metrics_table(result)] == ["fid"]


def test_score_is_explained():
    table = metrics_table({"fid": 12.5, "score": -12.5})
    assert table[1].endswith("-fid: the larger, the better")
    table = metrics_table({"mean_return": 500.0, "score": 500.0})
    assert table[1].endswith("  mean_return: the larger, the better")


def test_several_runs_are_remarks():
    table = metrics_table({"fid": 2.0, "fid_mean": 3.0, "fid_std": 0.5})
    assert table == ["fid  2.000  mean 3, deviation 0.5"]
    middle = {"fid_iqm": 2.5, "fid_iqm_low": 2.0, "fid_iqm_high": 3.25}
    assert metrics_table({"fid": 2.0, **middle}) == [
        "fid  2.000  interquartile mean 2.5, 95 % interval 2 to 3.25"
    ]
    table = metrics_table({"test_accuracy": 0.75, "test_accuracy_std": 0.05})
    assert table == ["test_accuracy  0.7500  deviation 0.05"]


def test_odd_numbers():
    table = metrics_table({"a": float("nan"), "b": 0.0, "c": 1e-9, "d": -1234567.0})
    assert [line.split()[1] for line in table] == [
        "nan",
        "0.0",
        "1.000e-09",
        "-1.235e+06",
    ]
