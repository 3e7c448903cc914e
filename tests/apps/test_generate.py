import functools
import shutil

import numpy as np
import pytest
from PIL import Image

from apps import generate
from apps import train_diffusion
from kerazoo.serving import signatures
from tests.apps.conftest import assert_one_line

# Steps so large that the weights are far from where they began.
TINY = (
    *("--network=dit", "--hidden_size=16", "--num_layers=1", "--num_heads=2"),
    *("--batch_size=16", "--train_steps=20"),
    *("--eval_every=20", "--checkpoint_every=20", "--log_every=20"),
    *("--eval_samples=20", "--feature_extractor=none", "--steps=2", "--towers=1"),
    *("--learning_rate=0.01", "--warm_up_steps=0", "--average_half_life=1"),
)
BETWEEN = ("--workdir={begun}", "--interpolate", "--image=a.png,b.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("diffusion")


@pytest.fixture(autouse=True, scope="module")
def load_once():
    """Keeps an export that was loaded: it takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        load = functools.cache(signatures.load_signatures)
        patch.setattr(signatures, "load_signatures", load)
        yield


@pytest.fixture
def trained(app, folder):
    """Folder of a run, of its export, and of two images; made by the first test."""
    if not (folder / "run" / "result.json").exists():
        paths = f"--workdir={folder}/run", f"--export_dir={folder}/model"
        code, _, err = app(train_diffusion.main, *TINY, *paths)
        assert code == 0, err
        images = np.random.default_rng(0).integers(0, 256, (2, 8, 8), "uint8")
        for name, image in zip(("first", "second"), images):
            Image.fromarray(image).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def make(app, trained, tmp_path):
    """Makes images from the export or, with arguments for it, from the run."""

    def run(*arguments, source="model"):
        flag = {"model": "saved_model", "run": "workdir"}[source]
        more = ["--towers=1"] if source == "run" else []
        path = tmp_path / "new" / "grid.png"
        code, result, err = app(
            generate.main,
            *(f"--{flag}={trained}/{source}", f"--picture={path}", *more, *arguments),
        )
        assert code == 0, err
        assert result["picture"] == str(path)
        return result, np.asarray(Image.open(path)).astype(int)

    return run


def cells(pixels):
    """Returns the images of 8x8 pixels of a grid of enlarged ones, row by row."""
    small = np.pad(pixels[::8, ::8], ((0, 1), (0, 1)))
    rows, columns = (side // 9 for side in small.shape)
    small = small.reshape(rows, 9, columns, 9).swapaxes(1, 2)
    return small.reshape(-1, 9, 9)[:, :8, :8]


@pytest.mark.slow
def test_export_makes_the_same_picture_again(make):
    result, pixels = make("--count=6", "--columns=3", "--seed=7")
    assert pixels.shape == (17 * 8, 26 * 8)  # Two rows of three, a pixel between.
    expected = {"images": 6, "seed": 7, "steps": 2, "guidance": 1.0}
    assert expected.items() <= result.items()
    assert result["sampler"] == "dpm_solver_pp_2m"
    assert result["saved_model"].endswith("/model/1")
    _, again = make("--count=6", "--columns=3", "--seed=7")
    np.testing.assert_array_equal(again, pixels)
    _, other = make("--count=6", "--columns=3", "--seed=8")
    assert np.abs(other - pixels).mean() > 10


@pytest.mark.slow
def test_run_makes_the_same_and_shows_how(make, tmp_path):
    asked = ("--count=4", "--steps=5", "--seed=3", "--label=3,none")
    _, expected = make(*asked)
    result, pixels = make(
        *asked,
        *("--record_every=2", f"--progress_images={tmp_path}/steps.png"),
        f"--animation={tmp_path}/steps.gif",
        source="run",
    )
    assert np.abs(pixels - expected).max() <= 1
    assert result["checkpoint_step"] == 20
    progress = np.asarray(Image.open(result["progress_images"]))
    states = cells(progress).reshape(4, 4, 8, 8)  # Noise, after 2, 4 and 5 steps.
    np.testing.assert_array_equal(states[:, -1], cells(pixels))
    spread = np.abs(np.diff(states.astype(int), axis=1)).mean(axis=(0, 2, 3))
    assert (spread > 0).all()
    animation = Image.open(result["animation"])
    assert animation.n_frames == 4
    animation.seek(3)
    np.testing.assert_array_equal(animation.convert("L"), pixels)
    animation.seek(0)
    np.testing.assert_array_equal(
        cells(np.asarray(animation.convert("L"))), states[:, 0]
    )


@pytest.mark.parametrize("label", ["3,5", "none"])
def test_images_in_files_of_their_own(make, tmp_path, label):
    folder = tmp_path / "files"
    result, pixels = make("--count=4", f"--label={label}", f"--folder={folder}")
    assert result["folder"] == str(folder)
    paths = sorted(folder.rglob("*.png"), key=lambda path: path.name)
    found = np.stack([np.asarray(Image.open(path)) for path in paths])
    np.testing.assert_array_equal(found, cells(pixels))
    parents = [path.parent.name for path in paths]
    assert parents == (["files"] * 4 if label == "none" else ["3", "5", "3", "5"])


def test_folder_alone_makes_no_grid(app, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = f"--saved_model={trained}/model"
    code, result, err = app(generate.main, model, "--count=2", "--folder=files")
    assert code == 0, err
    assert result["folder"] == "files" and "picture" not in result
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_labels_are_taken_in_turn(make):
    asked = ("--count=4", "--guidance=3", "--columns=4")
    images = cells(make(*asked, "--label=3,5")[1])
    others = cells(make(*asked, "--label=3")[1])
    np.testing.assert_array_equal(images[::2], others[::2])
    assert (images[1::2] != others[1::2]).any(axis=(1, 2)).all()


def test_strength_says_how_much_of_an_image_changes(make, trained):
    image = np.asarray(Image.open(trained / "first.png")).astype(int)
    asked = (f"--image={trained}/first.png", "--count=3", "--columns=3", "--steps=4")
    result, pixels = make(*asked, "--strength=0")
    assert result["images"] == 3
    np.testing.assert_array_equal(cells(pixels), np.stack([image] * 3))
    changes = [
        np.abs(cells(make(*asked, f"--strength={strength}")[1]) - image).mean()
        for strength in (0.25, 1)
    ]
    assert 0 < changes[0] < changes[1]


def test_inpainting_keeps_what_is_white(make, trained, tmp_path):
    mask = np.zeros((16, 16), "uint8")
    mask[:, :8] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    files = f"--image={trained}/first.png,{trained}/second.png"
    result, pixels = make(files, f"--mask={tmp_path}/mask.png", "--columns=2")
    assert result["images"] == 2 and result["sampler"] == "repaint"
    assert result["known_error"] == 0
    for name, found in zip(("first", "second"), cells(pixels)):
        given = np.asarray(Image.open(trained / f"{name}.png")).astype(int)
        np.testing.assert_array_equal(found[:, :4], given[:, :4])
        assert np.abs(found[:, 4:] - given[:, 4:]).mean() > 10


@pytest.mark.slow
def test_interpolation_leads_from_one_image_to_the_other(make, trained, tmp_path):
    result, pixels = make(
        f"--image={trained}/first.png,{trained}/second.png",
        *("--interpolate", "--frames=4", "--steps=8", "--columns=4"),
        f"--animation={tmp_path}/between.gif",
        source="run",
    )
    assert result["images"] == 4 and result["sampler"] == "ddim"
    assert pixels.shape == (64, 35 * 8)
    assert Image.open(result["animation"]).n_frames == 4
    ends = [
        np.asarray(Image.open(trained / f"{name}.png")).astype(int)
        for name in ("first", "second")
    ]
    gaps = cells(pixels)[[0, -1]] - np.stack(ends)
    assert result["end_error"] == pytest.approx(np.sqrt((gaps**2).mean()))
    errors = [[np.abs(cell - end).mean() for end in ends] for cell in cells(pixels)]
    to_first, to_second = np.transpose(errors)
    assert (np.diff(to_first) > 0).all() and (np.diff(to_second) < 0).all()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--steps=0"], ["steps", "0"]),
        (["--steps=1001"], ["--steps=1001", "1000"]),
        (["--saved_model=/no/such"], ["/no/such", "apps.train_diffusion"]),
        (["--label=10"], ["--label=10", "none", "0 to 9"]),
        (["--label=-2"], ["--label=-2"]),
        (["--label=three"], ["--label=three"]),
        (["--strength=1.5", "--image={first}"], ["strength", "1.5"]),
        (["--strength=0.5"], ["--strength", "--image"]),
        (["--mask={first}"], ["--mask", "--image"]),
        (["--image={first}", "--mask={first}", "--strength=1"], ["--strength"]),
        (["--image=/no/such.png"], ["--image=/no/such.png"]),
        (["--image={text}"], ["--image", "text.png", "can be read"]),
        (["--image={colours}"], ["--image", "colours.png", "grey"]),
        (["--image={first}", "--mask={text}"], ["--mask", "can be read"]),
        (["--picture=grid.jpg"], ["--picture=grid.jpg", ".png"]),
        (["--picture={text}/grid.png"], ["text.png"]),
        (["--columns=0"], ["columns"]),
        (["--folder={full}"], ["--folder", "not empty"]),
        (["--label=none", "--guidance=2"], ["--guidance=2", "--label"]),
        (["--count=0"], ["count"]),
        (["--sampler=ddim"], ["--sampler=ddim", "--workdir"]),
        (["--sampler=unknown"], ["sampler", "unknown"]),
        (["--spacing=balanced"], ["--spacing=balanced", "--workdir"]),
        (["--progress_images=steps.png"], ["--progress_images", "--workdir"]),
        (["--animation=steps.mp4"], ["--animation=steps.mp4", ".gif"]),
        (["--record_every=2"], ["--record_every", "--progress_images"]),
        (["--interpolate", "--image={first}"], ["--interpolate", "two"]),
        (["--interpolate", "--image={first},{first}"], ["--interpolate", "--workdir"]),
        (["--train_steps=5"], ["--train_steps", "no flag"]),
        (["--workdir={run}"], ["--saved_model", "--workdir"]),
    ],
)
def test_mistakes_are_one_line(app, trained, tmp_path, arguments, words):
    paths = {name: trained / f"{name}.png" for name in ("first", "second")}
    paths |= {name: tmp_path / f"{name}.png" for name in ("text", "colours")}
    paths["text"].write_text("no image")
    colours = np.zeros((8, 8, 3), "uint8")
    colours[..., 0] = 255
    Image.fromarray(colours).save(paths["colours"])
    paths["full"] = trained
    code, _, err = app(
        generate.main,
        *(f"--saved_model={trained}/model", f"--picture={tmp_path}/grid.png"),
        *(argument.format(run=trained / "run", **paths) for argument in arguments),
    )
    assert code == 2, err
    assert_one_line(err, *words)
    assert not (tmp_path / "grid.png").exists()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--workdir={empty}"], ["model.json", "apps.train_diffusion"]),
        (["--workdir={begun}"], ["no checkpoint"]),
        (["--workdir={damaged}"], ["damaged", "checkpoint", "cannot be read"]),
        (["--workdir={begun}", "--progress_images=a.png", "--count=101"], ["100"]),
        (["--workdir={begun}", "--animation=a.gif", "--image=a.png"], ["--animation"]),
        (["--workdir={unconditional}", "--guidance=2"], ["--guidance=2", "classes"]),
        (["--workdir={unconditional}", "--label=1"], ["--label=1", "classes"]),
        ([*BETWEEN, "--sampler=heun"], ["--interpolate", "ddim", "heun"]),
        ([*BETWEEN, "--label=1,2"], ["--label=1,2", "one class"]),
        ([*BETWEEN, "--frames=1"], ["frames", "1"]),
        ([*BETWEEN, "--count=3"], ["--count", "--interpolate"]),
    ],
)
def test_mistakes_about_a_run_are_one_line(app, trained, tmp_path, arguments, words):
    folders = ("empty", "begun", "damaged", "unconditional")
    paths = {name: tmp_path / name for name in folders}
    for path in paths.values():
        path.mkdir()
    described = (trained / "run" / "model.json").read_text()
    for name in ("begun", "damaged"):
        (paths[name] / "model.json").write_text(described)
    without = described.replace('"num_classes": 10', '"num_classes": null')
    (paths["unconditional"] / "model.json").write_text(without)
    checkpoint = paths["damaged"] / "checkpoints" / f"{20:012d}"
    shutil.copytree(trained / "run" / "checkpoints" / checkpoint.name, checkpoint)
    for file in checkpoint.glob("variables.data*"):
        file.write_bytes(b"")
    arguments = [argument.format(**paths) for argument in arguments]
    code, _, err = app(generate.main, "--towers=1", *arguments)
    assert code == 2, err
    assert_one_line(err, *words)
