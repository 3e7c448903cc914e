import json
import os
import pathlib
import subprocess
import sys

import pytest

from apps import check_export
from kerazoo.serving.recorded_requests import read_recorded
from kerazoo.serving.recorded_requests import write_recorded
from tests.apps.conftest import assert_one_line
from tests.apps.printing import run
from tests.serving import doubling

STEPS = ("--train_steps=8", "--eval_every=8", "--checkpoint_every=8")
TINY = ("--hidden_size=16", "--num_layers=1", "--num_heads=2")
FAMILIES = {
    "train_diffusion": ("--widths=16", "--blocks_per_level=1", "--eval_samples=20"),
    "train_dqn": ("--eval_episodes=3",),
    "train_gan": ("--base_width=8", "--eval_samples=40"),
    "train_gan --task=toy": (),
    "train_gnn": (),
    "train_gnn --task=link": (),
    "train_transformer": TINY,
    "train_transformer --task=generate": TINY,
    "train_transformer --task=image": TINY,
}
REQUEST = {"serving_default": doubling.REQUESTS["serving_default"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A good version, one whose answer was altered, and one of broken weights."""
    model = tmp_path_factory.mktemp("models") / "doubling"
    for _ in range(3):
        doubling.write(model, REQUEST)
    file = model / "2" / "assets.extra" / "expected_outputs"
    (recorded,) = read_recorded(file)
    altered = {"serving_default": {"y": recorded.outputs["y"] + 1}}
    write_recorded(file, "doubling", REQUEST, altered)
    (weights,) = (model / "3" / "variables").glob("*.data-*")
    os.truncate(weights, 100)
    return model


def test_all_versions_are_checked(model, capsys):
    code, out, _ = run(capsys, check_export.main, model, "--requests=5", "--json")
    assert code == 1
    found = json.loads(out)
    assert not found["passed"]
    good, altered, broken = found["versions"]
    assert [v["path"] for v in found["versions"]] == [f"{model}/{i}" for i in (1, 2, 3)]
    assert good["passed"] and good["requests"] == 5
    assert "differs from what was stored: y" in altered["problems"][0]
    assert "does not load" in broken["problems"][0]


def test_one_version_is_a_table(model, capsys):
    code, out, _ = run(
        capsys, check_export.main, model / "1", "--requests=0", "--tolerance=0"
    )
    assert code == 0
    assert out.startswith(f"{model}/1: passed\n") and "serving_default  same" in out
    by_flag = "--saved_model", model, "--version=2", "--tolerance=1", "--requests=0"
    code, out, _ = run(capsys, check_export.main, *by_flag)
    assert code == 0 and out.startswith(f"{model}/2: passed\n")


def test_mistakes_are_one_line(model, tmp_path, capsys):
    for words, said in (
        ((), ("folder of a served model is missing", "saved_models/NAME")),
        ((tmp_path,), ("holds no exported version",)),
        ((model, "--version=7"), ("--version=7 is none of", "has 1, 2, 3")),
        ((model / "2", "--version=7"), ("--version=7 is not that of",)),
        ((model, "--tolerance=-1"), ("--tolerance=-1 must be",)),
        ((model, "--requests=x"), ("--requests=x must be a whole number",)),
        ((model, "--batch_size=3"), ("--batch_size is no flag of this app",)),
        ((model, model), ("Unexpected argument",)),
    ):
        code, out, err = run(capsys, check_export.main, *words)
        assert code == 2 and not out, words
        assert_one_line(err, *said)


@pytest.mark.slow
@pytest.mark.parametrize("command", FAMILIES)
def test_exports_of_all_families_pass_and_have_a_card(command, tmp_path, capsys):
    name, *task = command.split()
    model = tmp_path / "models" / "some"
    done = subprocess.run(
        [
            *(sys.executable, "-m", f"apps.{name}", *task, *STEPS, *FAMILIES[command]),
            *(f"--workdir={tmp_path}/run", f"--export_dir={model}"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    code, out, _ = run(capsys, check_export.main, model, "--requests=30", "--json")
    assert code == 0, out
    (version,) = json.loads(out)["versions"]
    assert version["signatures"] and not version["notes"]
    for signature in version["signatures"]:
        assert signature["answer"] == "same"
    (noted,) = model.glob("1/assets.extra/kerazoo.json")
    noted = json.loads(noted.read_text())
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert noted["result"].items() <= result.items()
    card = noted["card"]
    for known in ("summary", "intended_use", "limitations", "measured_on", "licence"):
        assert card[known] and card[known] != "not known", known
    assert name == "train_dqn" or len(card["data_digest"]) == 64
    assert noted["run"]["command"].startswith(f"python -m apps.{name} ")
    text = pathlib.Path(model, "1", "assets.extra", "README.md").read_text()
    for figure, value in noted["result"].items():
        shown = value if isinstance(value, str) else json.dumps(value)
        assert f"| `{figure}` | {shown} |" in text
