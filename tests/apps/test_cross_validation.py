import json

import numpy as np
import pytest

from apps import train_gnn
from tests.apps.conftest import assert_one_line


@pytest.mark.slow
def test_command_trains_ten_folds_and_goes_on(app, tmp_path):
    paths = ["0 1 1\n0 2 0 2\n0 1 1\n" if i % 2 else 3 * "0 1 0\n" for i in range(20)]
    graphs = "".join(f"3 {i % 2}\n{nodes}" for i, nodes in enumerate(paths))
    (tmp_path / "PATHS.txt").write_text(f"20\n{graphs}")
    command = [
        *("--task=graph", "--dataset=PATHS", f"--data_dir={tmp_path}"),
        *(f"--workdir={tmp_path}/run", "--cross_validate", "--train_steps=4"),
        *("--eval_every=2", "--batch_size=4", "--hidden_size=8", "--num_layers=2"),
    ]
    code, result, err = app(train_gnn.main, *command)
    assert code == 0, err
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    tests = []
    for fold in range(10):
        folder = tmp_path / "run" / f"fold_{fold}"
        lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
        curve = {x["step"]: x["eval/accuracy"] for x in lines if "eval/accuracy" in x}
        tests.append(curve[result["best_step"]])
        flags = (folder / "flags.txt").read_text()
        assert f"--fold={fold}" in flags and "--cross_validate=false" in flags
    assert result["folds"] == tests
    assert result["test_accuracy"] == pytest.approx(np.mean(tests))
    code, again, err = app(train_gnn.main, *command)
    assert err.count("Done before") == 10
    assert again == result
    code, _, err = app(train_gnn.main, *command, "--hidden_size=16")
    assert code == 2
    assert_one_line(err, "--hidden_size=8 became --hidden_size=16")
