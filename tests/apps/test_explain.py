import numpy as np
import pytest
from PIL import Image

from apps import explain
from apps import train_transformer
from tests.apps.conftest import assert_one_line
from tests.tasks.transformer.stored_models import store


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored")
    for kind in ("classify", "image"):
        store(folder / kind, kind)
    Image.fromarray(np.zeros((4, 6), "uint8")).save(folder / "image.png")
    return folder


@pytest.mark.parametrize(
    ("kind", "given", "names"),
    [
        ("classify", "a good film", ["label", "probability", "tokens", "rollout"]),
        ("image", "--image={}/image.png", ["label", "probability", "rollout"]),
        pytest.param(
            *("translate", "a film"),
            ["translation", "source", "target", "attention"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_answer_and_picture(app, stored, tmp_path, kind, given, names):
    picture = tmp_path / "new" / "attention.png"
    if kind == "translate":
        store(tmp_path / kind, kind)
        stored = tmp_path
    model = f"--saved_model={stored}/{kind}"
    code, found, err = app(
        explain.main, model, given.format(stored), f"--picture={picture}"
    )
    assert code == 0, err
    assert list(found) == [*names, "picture"] and found["picture"] == str(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_run_of_ones_own(app, tmp_path):
    films = tmp_path / "films.csv"
    rows = [f"{word} film {i},{word}" for i in range(30) for word in ("good", "bad")]
    films.write_text("\n".join(["text,label", *rows]))
    run = f"--workdir={tmp_path}/run"
    code, _, err = app(
        train_transformer.main,
        *("--task=classify", f"--data_dir={films}", "--noexport", run),
        *("--hidden_size=8", "--num_layers=1", "--num_heads=2", "--vocabulary=words"),
        *("--train_steps=60", "--eval_every=60", "--learning_rate=1e-2"),
    )
    assert code == 0, err
    picture = f"--picture={tmp_path}/attention.png"
    code, found, err = app(explain.main, run, "good film 7", picture)
    assert code == 0, err
    assert found["label"] == "good" and found["tokens"][:2] == ["good", "film"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["one text", "--image"]),
        (["a", "--image=b.png"], ["one text", "--image"]),
        (["--image=a.png,b.png"], ["one text"]),
        (["a", "--picture=a.jpg"], ["--picture=a.jpg", ".png"]),
        (["a", "--workdir=nowhere"], ["--workdir", "--saved_model"]),
        (["--saved_model={}/classify", "--image={}/image.png"], ["takes a text"]),
        (["--saved_model={}/image", "a"], ["takes an --image"]),
        (["--saved_model={}/image", "--image=nowhere.png"], ["nowhere.png"]),
        (["--saved_model={}/classify", " "], ["nothing to read"]),
        (["--saved_model=nowhere", "a"], ["--saved_model=nowhere"]),
    ],
)
def test_mistakes_are_said_in_one_line(app, stored, tmp_path, arguments, words):
    given = [argument.format(stored) for argument in arguments]
    if not any("=" in a and "model" in a for a in given):
        given.append(f"--saved_model={stored}/classify")
    if not any(a.startswith("--picture") for a in given):
        given.append(f"--picture={tmp_path}/attention.png")
    code, _, err = app(explain.main, *given)
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "attention.png").exists()


def test_folder_of_no_run(app, tmp_path):
    picture = f"--picture={tmp_path}/attention.png"
    code, _, err = app(explain.main, "a", f"--workdir={tmp_path}", picture)
    assert code == 2
    assert_one_line(err, f"--workdir={tmp_path} is no run of apps.train_tr")
