import subprocess
import sys

import pytest

from apps import train_gan
from apps import train_gnn
from tests.apps.conftest import assert_one_line
from tests.documents import ROOT


@pytest.mark.parametrize(
    "word, said",
    [
        ("--networks=dcgn", "must be compact, dcgan, mlp or residual. Did you mean dc"),
        ("--networks=DCGAN", "Did you mean dcgan?"),
        (
            "--networks=zzz",
            "--networks=zzz must be compact, dcgan, mlp or residual. See",
        ),
        ("--task=toys", "--task=toys must be generate or toy. Did you mean toy?"),
        ("--batch_size=x: y", "--batch_size=x: y must be a whole number, at least 1."),
        ("--batch_size=0", "--batch_size=0 must be a whole number, at least 1."),
        ("--learning_rate=nan", "--learning_rate=nan must be a number, at least 0."),
        ("--beta_1=2", "--beta_1=2 must be a number from 0 to 0.999."),
        (
            "--hidden_sizes=8,a",
            "must be positive whole numbers between commas, such as",
        ),
        ("--flip=maybe", "--flip=maybe must be true or false."),
        ("--noflip=3", "--noflip=3 does not take an argument."),
        ("--batch_size", "--batch_size needs a value: --batch_size=VALUE."),
        ("--flagfile", "--flagfile needs a value: --flagfile=VALUE."),
        (
            "--batch_sze=3",
            "--batch_sze is no flag of this app. Did you mean --batch_size?",
        ),
        ("--noexprt", "--noexprt is no flag of this app. Did you mean --noexport?"),
        ("--architecture=gin", "--architecture is no flag of this app"),
    ],
)
def test_mistakes_name_the_flag_and_what_is_near(app, word, said):
    assert train_gnn.TASKS  # Its flags are there, too.
    code, _, err = app(train_gan.main, word)
    assert code == 2
    assert_one_line(err, said, "See --helpshort" if "architecture" not in word else "")


def test_flagfile_that_cannot_be_read_is_named(app, tmp_path):
    (tmp_path / "bytes.flags").write_bytes(b"\xff\xfe--seed")
    for path, said in (
        (
            "apps/presets/gan/mnst.flags",
            "No such file or directory. Did you mean apps/",
        ),
        (tmp_path / "zzzzz", "No such file or directory."),
        (tmp_path, "Is a directory."),
        (tmp_path / "bytes.flags", "must be a file of text, a flag a line."),
    ):
        code, _, err = app(train_gan.main, f"--flagfile={path}")
        assert code == 2
        assert_one_line(err, f"--flagfile={path}", said)


def test_flag_that_is_given_twice_is_pointed_out(tmp_path):
    preset = tmp_path / "some.flags"
    preset.write_text("--batch_size=2\n")
    words = (
        *(f"--flagfile={preset}", "--batch_size=8"),  # What presets are for.
        *("--seed=1", "--seed=1", "--r1=1", "--r1=2", "--flip", "--noflip"),
        "--image_size=7",  # Ends here.
    )
    command = [sys.executable, "-m", "apps.train_gan", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[:-1] == [
        "Warning: --r1 was given twice: --r1=2 counts.",
        "Warning: --flip was given twice: --noflip counts.",
    ]


def test_task_gives_its_defaults_unless_flags_do(app, tmp_path):
    found = {}

    def main():
        from absl import flags

        found.update(flags.FLAGS.flag_values_dict())

    main.__module__ = train_gan.__name__
    code, _, err = app(main, "--task=toy", "--latent_size=5")
    assert code == 0, err
    assert found["latent_size"] == 5 and found["networks"] == "mlp"
