"""The commands take the trained models of the clone."""

import pytest

from apps import evaluate
from apps import generate
from apps import play
from apps import predict
from tests.documents import ROOT

SHELF = ROOT / "saved_models"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("main", "arguments", "key", "lowest"),
    [
        (
            play.main,
            "--saved_model=MODELS/dqn_cartpole/1 --episodes=2",
            "mean_return",
            195,
        ),
        (
            generate.main,
            "--saved_model=MODELS/gan_digits/1 --picture=OUT/a.png",
            None,
            0,
        ),
        (
            generate.main,
            "--saved_model=MODELS/diffusion_digits/1 --picture=OUT/a.png",
            None,
            0,
        ),
        (
            evaluate.main,
            "--saved_model=MODELS/gan_digits/1 --dataset=digits --count=500",
            "label_agreement",
            0.9,
        ),
    ],
)
def test_commands_take_them(app, tmp_path, main, arguments, key, lowest):
    words = arguments.replace("MODELS", str(SHELF)).replace("OUT", str(tmp_path))
    code, result, err = app(main, *words.split())
    assert code == 0, err
    if key is None:
        assert (tmp_path / "a.png").stat().st_size > 1_000
    else:
        assert result[key] >= lowest


@pytest.mark.slow
def test_dates_are_translated(app, tmp_path):
    model = SHELF / "transformer_dates" / "1"
    (tmp_path / "dates.txt").write_text("3. Mai 1968\nlundi 5 février 2024\n")
    output = tmp_path / "answers.csv"
    code, _, err = app(
        predict.main,
        *(f"--saved_model={model}", f"--input={tmp_path}/dates.txt"),
        f"--output={output}",
    )
    assert code == 0, err
    assert "1968-05-03" in output.read_text() and "2024-02-05" in output.read_text()
