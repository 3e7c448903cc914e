import contextlib
import importlib
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

import pytest
from absl import flags
from absl.testing import flagsaver

from apps.cli import errors
from apps.cli import help
from apps.cli import sections
from apps.cli.kinds import text_of
from apps.cli.launch import launch
from apps.cli.launch import set_defaults
from apps.cli.tasks import set_tasks
from apps.gan.checks import MIXTURES
from kerazoo.data.graphs.loading import NODE_DATASETS
from tests.documents import ROOT

APPS = sorted(path.stem for path in (ROOT / "apps").glob("[!_]*.py"))
RUNS = [
    ("train_diffusion", None, None),
    *(("train_dqn", task, None) for task in ("control", "board")),
    *(("train_gan", task, None) for task in ("generate", "toy")),
    *(("train_gnn", task, None) for task in ("node", "link", "graph")),
    ("train_transformer", "translate", "dates"),
    ("train_transformer", "translate", "files"),
    *(("train_transformer", task, None) for task in ("generate", "classify", "image")),
]


class Reached(Exception):
    """What is left of an app needs TensorFlow."""


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Starts apps up to the import of TensorFlow; gives back the flags' values."""

    @contextlib.contextmanager
    def stop(*args, **kwargs):
        raise Reached
        yield

    monkeypatch.setattr(errors, "heavy_imports", stop)
    monkeypatch.chdir(tmp_path)

    def start(app, *arguments):
        with contextlib.suppress(Reached, SystemExit):
            launch(app.main, app.DEFAULTS, **tables_of(app), argv=["app", *arguments])
        module = flags.FLAGS.get_key_flags_for_module(app.__name__)
        return {flag.name: text_of(flag.value) for flag in module}

    return start


def tables_of(app):
    tasks = {"tasks": app.TASKS} if hasattr(app, "TASKS") else {}
    return {**getattr(app, "TABLES", {}), **tasks}


def text_for(app, width=80, **chosen):
    """Returns the help text of an app, whose defaults are set."""
    tables = help.Tables(**getattr(app, "TABLES", {}))
    set_defaults(app.DEFAULTS)
    if hasattr(app, "TASKS"):
        set_tasks(app.TASKS)
    return help.help_text(app.main, tables, width=width, **chosen)


def defaults_in(text):
    """Returns what a help text says: flag to a dict of a case to its default.

    What stands before the others, in parentheses, is of the case "".
    """
    entries = re.findall(r"^  --(?:\[no\])?(\w+).*\n((?:      .*\n?)*)", text, re.M)
    found = {}
    for name, lines in entries:
        last = " ".join(lines.split()).rpartition("Default: ")[2].removesuffix(".")
        base, _, others = last.partition(" (")
        found[name] = {"": base}
        for other in filter(None, others.removesuffix(")").split(", ")):
            case, _, value = other.partition(" ")
            found[name][case] = value
    return found


@pytest.mark.parametrize("name, task, dataset", RUNS)
def test_defaults_are_those_that_the_run_takes(started, name, task, dataset):
    app = importlib.import_module(f"apps.{name}")
    arguments = [f"--task={task}"] if task else []
    if dataset == "files":
        arguments.append("--dataset=files")
    with flagsaver.flagsaver():
        values = started(app, *arguments)
    with flagsaver.flagsaver():
        texts = [text_for(app), text_for(app, task=task, dataset=dataset)]
    owners = getattr(app, "TABLES", {}).get("task_flags", {})
    for text in texts:
        shown = defaults_in(text)
        compared = 0
        for flag, cases in shown.items():
            if task not in owners.get(flag, [task]):
                continue
            value = cases.get(dataset, cases.get(task, cases[""]))
            if flag in ("task", "dataset") or (values[flag] == "none" != value):
                continue  # Given above, or found out later, as the text says.
            assert value == values[flag], flag
            compared += 1
        assert compared > 20


def test_transformers_defaults_are_the_documented_ones():
    from apps import train_transformer

    with flagsaver.flagsaver():
        every = defaults_in(text_for(train_transformer))
        dates = defaults_in(text_for(train_transformer, task="translate"))
        named = text_for(train_transformer, task="translate", dataset="dates")
        files = text_for(train_transformer, task="translate", dataset="files")
    assert every["num_layers"] == {
        "": "3",
        "dates": "2",
        "generate": "4",
        "image": "4",
        "pretrain_image": "4",
        "speech": "8",
        "tone_letters": "2",
    }
    assert dates["learning_rate"] == {"": "0.001", "dates": "0.003"}
    assert defaults_in(named)["vocabulary_size"] == {"": "1000"}
    assert defaults_in(files)["vocabulary_size"] == {"": "8000"}


def test_flags_of_other_tasks_are_left_out():
    from apps import train_gan

    with flagsaver.flagsaver():
        toy = text_for(train_gan, task="toy")
        both = text_for(train_gan)
    assert "  --num_points  a" in toy and "  --image_size" not in toy
    assert "--num_points (toy)" in both and "--image_size (generate)" in both


@pytest.mark.parametrize("name", APPS)
def test_flags_stand_under_headings(name):
    app = importlib.import_module(f"apps.{name}")
    own = flags.FLAGS.get_key_flags_for_module(app.__name__)
    without = [flag.name for flag in own if sections.section_of(flag.name) is None]
    assert not without
    with flagsaver.flagsaver():
        text = text_for(app)
    titles = [
        title
        for title in sections.ORDER
        if re.search(f"^{title}:$", text, re.MULTILINE)
    ]
    assert re.findall("^([A-Z].*):$", text, re.MULTILINE)[-len(titles) :] == titles
    shown = re.findall(r"^  --(?:\[no\])?(\w+)", text, re.MULTILINE)
    assert sorted(shown) == sorted(flag.name for flag in own)


@pytest.mark.parametrize("width", [50, 80, 120])
def test_lines_fit_the_terminal(width):
    from apps import train_diffusion

    with flagsaver.flagsaver():
        text = text_for(train_diffusion, width)
    lines = [line for line in text.splitlines() if "python -m" not in line]
    words = max(len(word) for line in lines for word in line.split())
    assert words < 45
    longest = max(map(len, lines[1:]))
    assert width - 20 < longest <= width


def test_names_of_datasets_are_listed():
    from apps import train_gan
    from apps import train_gnn
    from apps import train_transformer
    from apps.transformer import checks

    with flagsaver.flagsaver():
        for app, task, names in (
            (train_gan, "generate", ("digits", "folder", "TensorFlow Datasets")),
            (train_gan, "toy", MIXTURES),
            (train_gnn, "node", NODE_DATASETS),
            *(
                (train_transformer, task, names)
                for task, (names, _) in checks._TEXTS.items()
            ),
        ):
            entry = text_for(app, task=task).partition("  --dataset")[2]
            entry = entry.partition("\n  --")[0]
            for name in names:
                assert name in entry, (task, name)


def test_texts_fit_the_app():
    from apps import evaluate
    from apps import play

    with flagsaver.flagsaver():
        assert "Seed of the first episode" in text_for(play)
        text = text_for(evaluate)
    assert "goes on where it stopped" not in text
    assert "with --image of" not in text


def run(*words, **options):
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=environment, **options
    )


@pytest.mark.parametrize("word", ["--help", "--helpshort", "-help", "-?"])
def test_command_prints_help_of_a_task(word):
    done = run("apps.train_gnn", "--task=graph", word)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Trains a graph neural network")
    shown = defaults_in(done.stdout)
    assert shown["architecture"] == {"": "gin"}
    assert shown["hidden_size"] == {"": "64"}
    assert shown["learning_rate"] == {"": "0.001"}
    assert shown["dropout"] == {"": "0"}
    assert max(map(len, done.stdout.splitlines())) <= 90


def test_full_help_and_xml():
    done = run("apps.train_gan", "--helpfull")
    assert done.returncode == 0
    assert "--flagfile" in done.stdout and "--[no]helpxml" in done.stdout
    done = run("apps.train_gan", "--task=toy", "--helpxml")
    assert done.returncode == 0
    tree = xml.etree.ElementTree.fromstring(done.stdout)
    values = {f.findtext("name"): f.findtext("default") for f in tree.iter("flag")}
    assert values["latent_size"] == "2"


def test_help_ends_quietly_when_nobody_reads():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "apps.train_gan", "--helpshort"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", APPS)
def test_help_is_there_at_once(name):
    best = 9.0
    for _ in range(5):
        start = time.perf_counter()
        assert run(f"apps.{name}", "--helpshort").returncode == 0
        best = min(best, time.perf_counter() - start)
    assert best < 0.5
