import re

import pytest
from absl import flags
from absl.testing import flagsaver

from apps import generate
from apps import play
from apps import predict
from apps import train_dqn
from apps import train_gan
from apps import train_transformer
from apps import translate
from apps.cli import closing
from apps.cli import tasks

APPS = {
    "generate": generate,
    "play": play,
    "predict": predict,
    "translate": translate,
}

_APPS = {"dqn": train_dqn, "gan": train_gan, "transformer": train_transformer}


@pytest.mark.parametrize(
    "family, task, words",
    [
        ("diffusion", None, "apps.generate --saved_model=models/it "),
        ("gan", "generate", "apps.generate --saved_model=models/it "),
        ("gnn", None, "apps.predict --saved_model=models/it "),
        ("dqn", "control", "apps.play --saved_model=models/it --video"),
        ("dqn", "board", "apps.play --saved_model=models/it"),
        ("transformer", "translate", "apps.translate --saved_model=models/it"),
        ("transformer", "classify", "apps.predict --saved_model=models/it "),
        ("transformer", "image", "apps.predict --saved_model=models/it "),
        ("transformer", "generate", "apps.generate --saved_model=models/it --prompt"),
    ],
)
def test_next_command_is_one_of_the_apps(family, task, words):
    with flagsaver.flagsaver():
        if task:
            app = _APPS[family]
            tasks.set_tasks(app.TASKS)
            flags.FLAGS(["app", f"--task={task}"])
        command = closing.next_command("models/it/3", "runs/it", family)
    assert words in command
    name = re.search(r"apps\.(\w+)", command)[1]
    module = APPS[name].__name__
    own = {flag.name for flag in flags.FLAGS.get_key_flags_for_module(module)}
    assert set(re.findall(r"--(\w+)", command)) <= own


def test_images_are_made_of_a_run_without_an_export():
    command = closing.next_command(None, "runs/it", "diffusion")
    assert "--workdir=runs/it" in command
    assert closing.next_command(None, "runs/it", "dqn") is None


def test_pictures_of_all_seeds_together_and_of_the_best_one_are_named(tmp_path, capsys):
    for folder in (tmp_path, tmp_path / "seed_0", tmp_path / "seed_1"):
        folder.mkdir(exist_ok=True)
        (folder / "curves.png").touch()
    closing.say_closing({"seed": 1, "score": 2.0, "export": None}, tmp_path, "dqn")
    named = f"pictures {tmp_path}/curves.png, {tmp_path}/seed_1/curves.png"
    assert named in capsys.readouterr().err.splitlines()
