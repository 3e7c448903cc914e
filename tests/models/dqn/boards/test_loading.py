import sys

import pytest

from kerazoo.models.dqn.boards.loading import load_game
from kerazoo.models.dqn.boards.loading import name_of_game


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("conect_four", ["Did you mean connect_four?", "game=conect_four"]),
        ("go(board_sze=5)", ["board_sze", "board_size"]),
        ("go(board_size=5", ["go(board_size=5", "bracket"]),
        ("go(board_size=0)", ["unsupported board size", "go(board_size=0)"]),
        ("nfg_game", ["game=nfg_game"]),
        ("leduc_poker", ["the whole position"]),
        ("backgammon", ["no dice"]),
        ("catch", ["two players"]),
        ("matrix_rps", ["take turns"]),
    ],
)
def test_other_games_are_refused(name, words, capfd):
    with pytest.raises(ValueError) as error:
        load_game(name)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)
    assert capfd.readouterr().err == ""  # OpenSpiel writes its errors, too.


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'kerazoo\[boards\]'"):
        load_game("connect_four")


@pytest.mark.parametrize(
    ("game", "name"),
    [
        ("connect_four", "connect_four"),
        ("go(board_size=5,komi=7.5)", "go_5_7.5"),
        ("hex(board_size=5)", "hex_5"),
    ],
)
def test_names_are_for_folders(game, name):
    assert name_of_game(game) == name
