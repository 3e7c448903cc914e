"""What is known of images before TensorFlow is imported."""

import contextlib

import pytest
from PIL import Image

from apps import evaluate
from apps import generate
from apps import play
from apps import train_diffusion
from apps import train_gan
from apps import train_transformer
from apps.cli import errors
from tests.apps.conftest import assert_one_line

IMAGE = (train_transformer, "--task=image")


@pytest.fixture(autouse=True)
def without_tensorflow(monkeypatch, tmp_path):
    """Apps end with 7 where TensorFlow would be imported."""

    @contextlib.contextmanager
    def stop(*args, **kwargs):
        raise SystemExit(7)
        yield

    monkeypatch.setattr(errors, "heavy_imports", stop)
    monkeypatch.chdir(tmp_path)


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 12)).save(folder / name)
    return folder


def error_of(app, module, *arguments):
    code, _, err = app(module.main, *arguments)
    assert code == 2, err
    return err


@pytest.mark.parametrize(
    "call", [(train_gan,), (train_diffusion,), IMAGE], ids=["gan", "diffusion", "image"]
)
def test_folder_is_looked_at_early(app, tmp_path, call):
    module, *task = call
    for name, said in (
        ("nowhere", "--data_dir must be a folder of images, and there is nothing."),
        ("empty", "and there is none. Received: --data_dir="),
        ("phone", "there is none, but 1 .heic: save them as .png or .jpg."),
        ("broken", "has 2 files of images, and none can be read, such as"),
        ("both", "--data_dir must be a folder of images, or of one folder of images"),
    ):
        folder = tmp_path / name
        if name != "nowhere":
            folder.mkdir()
        if name == "phone":
            (folder / "1.HEIC").write_bytes(b"1")
        if name == "broken":
            for path in ("a/1.png", "b/1.jpg"):
                (folder / path).parent.mkdir()
                (folder / path).write_bytes(b"no image")
        if name == "both":
            write(folder, "1.png", "more/2.png")
        err = error_of(app, module, *task, f"--data_dir={folder}")
        assert_one_line(err, said)
        assert f"Took --dataset=folder: the pictures of {folder}." in err
        assert_one_line(
            error_of(app, module, *task, "--dataset=folder", f"--data_dir={folder}"),
            said,
        )


@pytest.mark.parametrize(
    "call, said",
    [
        ((train_gan, "--dataset=digit"), "digits, folder or a name of TensorFlow Data"),
        ((train_gan, "--dataset=digit"), "Did you mean digits?"),
        ((train_diffusion, "--dataset=MNIST"), "Did you mean mnist?"),
        ((train_gan, "--dataset=mnits"), "Did you mean mnist?"),  # And not units.
        ((*IMAGE, "--dataset=flder"), "Did you mean folder?"),
        ((train_gan, "--dataset=folder"), "--dataset=folder needs a --data_dir"),
        ((train_diffusion, "--dataset=folder"), "--dataset=folder needs a --data_dir"),
        ((*IMAGE, "--dataset=folder"), "--dataset=folder needs a --data_dir"),
        (
            (train_gan, "--task=toy", "--dataset=rng"),
            "grid or ring with --task=toy. Did",
        ),
        ((train_gan, "--image_size=33"), "--image_size must be a multiple of 2"),
        ((train_gan, "--image_size=33"), "such as 32 or 34."),
        ((train_gan, "--networks=compact", "--image_size=5"), "at least 8 for --netwo"),
        ((train_diffusion, "--image_size=33"), "the 2 levels of --widths, such as 32"),
        (
            (train_diffusion, "--network=dit", "--patch_size=5", "--image_size=32"),
            "a multiple of 5 for --patch_size=5, such as 30 or 35",
        ),
        ((*IMAGE, "--image_size=33"), "a multiple of 2 for --patch_size=2"),
        ((evaluate, "--images=nowhere"), "--images must be a folder of images"),
    ],
)
def test_mistakes_that_flags_show(app, call, said):
    module, *arguments = call
    assert_one_line(error_of(app, module, *arguments), said)


def test_folder_to_compare_with_is_asked_for(app, tmp_path):
    write(tmp_path, "made/1.png")
    err = error_of(app, evaluate, "--images=made", "--dataset=folder")
    assert_one_line(err, "--dataset=folder needs a --data_dir")


def test_classes_are_looked_for_where_they_are_needed(app, tmp_path):
    flat = write(tmp_path / "flat", "1.png", "2.png")
    one = write(tmp_path / "one", "all/1.png", "all/2.png")
    two = write(tmp_path / "two", "a/1.png", "b/2.png")
    for call, folder, said in (
        (IMAGE, flat, "a folder of images for each class, and has no classes."),
        (IMAGE, one, "and has one class."),
        ((train_gan, "--conditional"), flat, "and has no classes."),
        ((train_diffusion, "--conditional"), flat, "and has no classes."),
    ):
        module, flag = call
        err = error_of(app, module, flag, f"--data_dir={folder}")
        needs = f"{flag} needs labels: --data_dir={folder} must have"
        assert_one_line(err, needs, said)
    err = error_of(app, *IMAGE, f"--data_dir={two}")
    assert_one_line(err, "needs two images of a class at least", f"--data_dir={two}")
    write(two, "a/3.png")
    for call, folder in ((IMAGE, two), ((train_gan,), flat), ((train_diffusion,), one)):
        module, *arguments = call
        code, _, err = app(module.main, *arguments, f"--data_dir={folder}")
        assert code == 7, err  # Nothing is wrong.


@pytest.mark.parametrize(
    "module, flag",
    [
        *((generate, name) for name in ("picture", "folder")),
        (generate, "animation"),
        (play, "video"),
    ],
)
def test_outputs_that_cannot_be_written_are_said_early(app, tmp_path, module, flag):
    (tmp_path / "file").write_text("no folder")
    path = f"file/new{'' if flag == 'folder' else '.gif'}"
    path = path.replace(".gif", ".png") if flag == "picture" else path
    more = ["--interpolate"] if flag == "animation" else []
    err = error_of(app, module, f"--{flag}={path}", *more)
    assert_one_line(err, f"--{flag} must be a folder, and file is a file")


def test_images_to_edit_are_looked_at_early(app, tmp_path):
    (tmp_path / "no.png").write_text("no image")
    write(tmp_path, "fine.png")
    err = error_of(app, generate, "--image=fine.png,nowhere.png")
    assert_one_line(err, "--image=nowhere.png is not there.")
    err = error_of(app, generate, "--image=fine.png", "--mask=no.png")
    assert_one_line(err, "--mask=no.png is no image that can be read.")
