import pytest

from apps import cards
from tests.apps.conftest import assert_one_line
from tests.apps.printing import run
from tests.serving import doubling


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    noted = {
        "family": "gan",
        "task": "points",
        "result": {"fid": 0.51234567, "score": -0.51234567},
    }
    for name in ("gan_ring", "plain"):
        doubling.write(folder / name, metadata=noted if name == "gan_ring" else None)
    doubling.write(folder / "gan_ring")
    return folder


def test_table_has_a_row_for_each_version(folder, capsys):
    code, out, _ = run(capsys, cards.main, folder)
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert rows[0] == [
        "model",
        "version",
        "family",
        "task",
        "figure",
        "parameters",
        "MB",
        "of",
    ]
    first = ["gan_ring", "1", "gan", "points", "fid", "0.5123", "1,000"]
    assert rows[1][:7] == first
    assert [row[:2] for row in rows[2:]] == [["gan_ring", "2"], ["plain", "1"]]
    assert rows[3][2:6] == ["-", "-", "-", "1,000"]


def test_card_is_that_of_the_newest_version_or_of_one(folder, capsys):
    written = folder / "gan_ring" / "1" / "assets.extra" / "README.md"
    for words in (
        (folder, "gan_ring/1"),
        (folder / "gan_ring" / "1",),
    ):
        assert run(capsys, cards.main, *words)[:2] == (0, written.read_text())
    newest = run(capsys, cards.main, folder, "gan_ring")
    assert newest == run(capsys, cards.main, folder / "gan_ring")
    assert newest[1] != written.read_text() and newest[1].startswith("---")


def test_a_name_alone_is_of_the_usual_folder(folder, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved_models").symlink_to(folder)
    shown = run(capsys, cards.main, "gan_ring")
    assert shown == run(capsys, cards.main, folder, "gan_ring")
    assert shown[0] == 0


def test_mistakes_are_one_line(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old" / "1").mkdir(parents=True)
    (tmp_path / "old" / "1" / "saved_model.pb").touch()
    for words, said in (
        ((), ("saved_models holds no exported model", "apps.train_dqn")),
        ((folder, "nope"), ("nope holds no exported version",)),
        ((tmp_path, "old"), ("old/1 has no card", "again")),
        (("a", "b", "c"), ("Unexpected argument 'c'",)),
        (("a", "--json"), ("--json is no flag of this app",)),
    ):
        code, out, err = run(capsys, cards.main, *words)
        assert code == 2 and not out
        assert_one_line(err, *said)
