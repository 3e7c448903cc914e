"""What version 0.1.0 wrote still works: see tests/compatibility/README.md."""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from apps import generate
from apps import play
from apps import train_diffusion
from apps import train_dqn
from apps import train_gan
from apps import train_gnn
from apps import train_transformer
from tests.apps import test_train_transformer
from tests.apps.conftest import assert_one_line

ROOT = pathlib.Path(__file__).parents[2]
FILES = ROOT / "tests" / "compatibility"
APPS = {
    "transformer": train_transformer,
    "gan": train_gan,
    "diffusion": train_diffusion,
    "gnn": train_gnn,
    "dqn": train_dqn,
}
FAMILIES = pytest.mark.parametrize("family", APPS)
CHANGED = {  # A flag of the model, as it was and as another run has it.
    "transformer": ("norm", "layer", "rms"),
    "gan": ("r1", "0.1", "3.0"),
    "diffusion": ("weighting", "uniform", "min_snr"),
    "gnn": ("hidden_size", "16", "8"),
    "dqn": ("n_step", "3", "1"),
}
BARE = sorted(FILES.glob("*/bare*.txt"))
SLOW = ("transformer", "diffusion")  # To be traced.
IN_PROCESS = {  # The process has begun: no app may choose its threads.
    "gan": ("--operation_threads=0",),
    "diffusion": ("--towers=1",),
}
FLAGS = json.loads((FILES / "flags.json").read_text())
# Imports what is slow to import once, then forks a process for each app.
HELP = """
import importlib, os, runpy, sys
for name in (
    *("keras", "sklearn", "tensorflow", "tensorflow_gnn", "tensorflow_text"),
    *("tf_agents", "gymnasium", "matplotlib.pyplot"),
):
    importlib.import_module(name)
folder, *apps = sys.argv[1:]
for app in apps:
    child = os.fork()
    if not child:
        code = 1
        try:
            with open(f"{folder}/{app}.xml", "w") as sys.stdout:
                sys.argv = [app, "--helpxml"]
                runpy.run_module(f"apps.{app}", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"{app} ended with {status}.")
"""


@pytest.fixture
def folders(family, tmp_path, monkeypatch):
    """Flags of a copy of the family's run and model, where its own flags have them."""
    copy = tmp_path / family
    shutil.copytree(FILES / family, copy)
    for packed in copy.glob("model/*/*.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    monkeypatch.chdir(tmp_path)
    return f"--workdir={family}/run", f"--export_dir={family}/model"


@FAMILIES
def test_finished_run_is_known(app, folders, family, tmp_path):
    command = (f"--flagfile={family}/command.flags", *folders)
    before = json.loads((tmp_path / family / "run" / "result.json").read_text())
    code, result, err = app(APPS[family].main, *command)
    assert code == 0 and "Done before" in err, err
    assert result == before

    noted = f"--flagfile={family}/run/flags.txt"
    code, result, err = app(APPS[family].main, noted)
    assert code == 0 and "Done before" in err, err
    assert result == before

    name, old, new = CHANGED[family]
    for flags in (command, (noted,)):
        code, _, err = app(APPS[family].main, *flags, f"--{name}={new}")
        assert code == 2, err
        assert_one_line(err, f": --{name}={old} became --{name}={new}. ")


@pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, marks=pytest.mark.slow if family in SLOW else ())
        for family in APPS
    ],
)
def test_run_goes_on(app, folders, family, tmp_path):
    before = json.loads((tmp_path / family / "run" / "result.json").read_text())
    steps = before["train_steps"]
    code, result, err = app(
        APPS[family].main,
        *(f"--flagfile={family}/command.flags", *folders),
        f"--train_steps={steps + 2}",
    )
    assert code == 0, err
    assert f"Going on from step {steps}" in err
    assert result["train_steps"] == steps + 2
    assert before.keys() <= result.keys()
    assert result["export"] == f"{family}/model/2"


@pytest.mark.parametrize("noted", BARE, ids=[f"{p.parent.name}-{p.stem}" for p in BARE])
def test_bare_command_has_the_same_flags(app, tmp_path, noted, monkeypatch):
    """A run of nothing but defaults, of each task, goes on without a word of flags."""
    family = noted.parent.name
    (tmp_path / "checkpoints" / "0").mkdir(parents=True)
    shutil.copy(noted, tmp_path / "flags.txt")
    (tmp_path / "MUTAG.txt").touch()  # Of graphs; that it is there is seen first.
    monkeypatch.chdir(tmp_path)
    flags = dict(line.split("=", 1) for line in noted.read_text().splitlines())
    given = [f"{k}={flags[k]}" for k in ("--task", "--dataset") if k in flags]
    if "--task=classify" in given:  # That there are texts is seen first, too.
        rows = [f"text {i}\t{'yes' if i % 2 else 'no'}\n" for i in range(20)]
        (tmp_path / "train.tsv").write_text("".join(rows))
        given.append(f"--data_dir={tmp_path}")
    code, _, err = app(
        APPS[family].main,
        *(*given, *IN_PROCESS.get(family, ()), "--seed=1", f"--workdir={tmp_path}"),
    )
    assert code == 2, err
    assert_one_line(err, ": --seed=0 became --seed=1. ")


@FAMILIES
def test_export_answers_the_same(folders, family):
    signatures = tf.saved_model.load(f"{family}/model/1").signatures
    requests = read_requests(family)
    assert requests.keys() == set(signatures)
    for name, request in requests.items():
        inputs = {k: tf.constant(v) for k, v in request["inputs"].items()}
        found = signatures[name](**inputs)
        assert request["outputs"].keys() == found.keys() - {"png_bytes"}
        for key, expected in request["outputs"].items():
            assert_alike(found[key].numpy(), expected, f"{name}: {key}")


@pytest.mark.parametrize(
    "family", ["gan", pytest.param("diffusion", marks=pytest.mark.slow)]
)
def test_images_are_made_of_the_run_and_the_export(app, folders, family):
    threads = ("--towers=1",) if family == "diffusion" else ()
    for source, more in ((folders[0], threads), (f"--saved_model={family}/model", ())):
        code, _, err = app(
            generate.main,
            *(source, "--count=8", "--label=3,5", "--seed=2", "--picture=new.png"),
            *more,
        )
        assert code == 0, err
        new, old = (
            np.array(Image.open(path))
            for path in ("new.png", FILES / family / "generated.png")
        )
        assert_alike(new, old, source)


@pytest.mark.parametrize("family", ["transformer"])
def test_export_translates_lines(folders, family, monkeypatch, capsys):
    request = read_requests(family)["translate"]
    lines = request["inputs"]["text"]
    test_train_transformer.give(monkeypatch, b"\n".join(lines) + b"\n")
    test_train_transformer.translate_lines(f"--saved_model={family}/model")
    said = capsys.readouterr().out.splitlines()
    expected = [  # Blank lines stay blank now, whatever the model says.
        translation if line else b""
        for line, translation in zip(lines, request["outputs"]["translation"])
    ]
    assert [line.encode() for line in said] == expected


@pytest.mark.parametrize("family", ["dqn"])
def test_export_plays(app, folders, family):
    code, result, err = app(play.main, f"--saved_model={family}/model", "--episodes=2")
    assert code == 0, err
    assert len(result["returns"]) == 2


@pytest.fixture(scope="module")
def helps(tmp_path_factory):
    """What each app says about its flags, as XML."""
    folder = tmp_path_factory.mktemp("helps")
    done = subprocess.run(
        [sys.executable, "-c", HELP, folder, *FLAGS],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {app: ElementTree.parse(folder / f"{app}.xml") for app in FLAGS}


@pytest.mark.parametrize("app", FLAGS)
def test_app_has_the_same_flags(helps, app):
    found = {
        flag.findtext("name"): flag
        for flag in helps[app].iter("flag")
        if flag.findtext("key") == "yes"
    }
    for name, old in FLAGS[app].items():
        assert name in found, name
        flag = found[name]
        assert (flag.findtext("default") or None) == old["default"], name
        # Whether `--noname` is one, too.
        assert (flag.findtext("type") == "bool") == (old["type"] == "bool"), name
        choices = {choice.text for choice in flag.iter("enum_value")}
        for choice in old["choices"] or ():  # Those of --task are in its meaning.
            assert choice in choices or f"{choice}: " in flag.findtext("meaning"), name
        if not old["choices"]:
            assert not choices, name
        lower, upper = (flag.findtext(f"{side}_bound") for side in ("lower", "upper"))
        if old["lower_bound"] is not None:
            assert lower is None or float(lower) <= old["lower_bound"], name
        if old["upper_bound"] is not None:
            assert upper is None or float(upper) >= old["upper_bound"], name


def read_requests(family):
    """Returns the requests of a family's export and the old answers.

    Returns:
        dict of signature to a dict of `inputs` and `outputs`, dicts of name to array
        or, of strings, to nested lists of bytes.
    """
    requests = {}
    with np.load(FILES / family / "requests.npz") as file:
        for path, array in file.items():
            signature, side, name = path.split("/")
            request = requests.setdefault(signature, {"inputs": {}, "outputs": {}})
            request[side][name] = array
    strings = FILES / family / "requests.json"
    if strings.exists():
        for signature, request in json.loads(strings.read_text()).items():
            for side, values in request.items():
                requests[signature][side].update(
                    {name: to_bytes(value) for name, value in values.items()}
                )
    return requests


def to_bytes(value):
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return [to_bytes(item) for item in value]


def assert_alike(found, expected, message):
    """Asserts that arrays are the same but for what another processor rounds."""
    if isinstance(expected, list):
        assert found.tolist() == expected, message
    elif expected.dtype == np.uint8:  # Images.
        assert found.shape == expected.shape, message
        assert np.abs(found.astype(int) - expected).max() <= 1, message
    else:
        np.testing.assert_allclose(
            found, expected, rtol=1e-4, atol=1e-5, err_msg=message
        )
