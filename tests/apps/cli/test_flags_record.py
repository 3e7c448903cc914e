import shlex

import pytest
from absl import flags
from absl.testing import flagsaver

from apps import train_gan
from apps.cli.flags_record import FlagsRecord
from apps.cli.launch import set_defaults
from apps.cli.tasks import set_tasks


@pytest.fixture
def record():
    """Returns the record of a command line of `apps.train_gan`."""

    def make(*arguments, **changes):
        with flagsaver.flagsaver():
            set_defaults(train_gan.DEFAULTS)
            set_tasks(train_gan.TASKS)
            flags.FLAGS(["app", *arguments])
            return FlagsRecord("apps.train_gan", **changes).repeat()

    return make


def test_command_has_what_was_given_and_no_folders(record):
    found = record(
        "--task=toy", "--workdir=here", "--export_dir=there", "--data_dir=my data"
    )
    words = shlex.split(found["command"])
    assert words[:3] == ["python", "-m", "apps.train_gan"]
    assert words[3:] == ["--data_dir=my data", "--task=toy"]
    names = {line.partition("=")[0].removeprefix("--") for line in found["flags"]}
    assert {"train_steps", "seed", "task"} <= names
    assert not {"workdir", "export", "export_dir"} & names


def test_command_has_the_seed_of_one_of_several_runs(record):
    found = record("--num_seeds=5", seed=7, num_seeds=1, workdir="runs/seed_7")
    assert found["command"] == "python -m apps.train_gan --seed=7"
    assert "--seed=7" in found["flags"]


def test_flags_repeat_themselves(record):
    """All flags, given again, are the same flags."""
    found = record("--task=toy", "--hidden_sizes=8,8", "--noconditional", "--seed=3")
    assert record(*found["flags"])["flags"] == found["flags"]
    again = record(*shlex.split(found["command"])[3:])
    assert again == found
