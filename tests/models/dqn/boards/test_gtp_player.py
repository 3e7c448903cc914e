import pathlib
import shlex
import sys

import pytest

from kerazoo.models.dqn.boards import BoardGame
from kerazoo.models.dqn.boards import GtpPlayer
from kerazoo.models.dqn.boards.gtp_player import check_engine
from kerazoo.models.dqn.boards.gtp_player import find_engine

ENGINE = pathlib.Path(__file__).with_name("gtp_engine.py")


@pytest.fixture
def game():
    return BoardGame("go(board_size=5,komi=6.5)")


@pytest.fixture
def engine(tmp_path):
    def command(mode="plays"):
        return shlex.join([sys.executable, str(ENGINE), str(tmp_path / "log"), mode])

    return command


def test_engine_is_told_the_game_and_its_move_is_taken(game, engine, tmp_path):
    player = GtpPlayer(game, engine())
    assert player([game.new_state([0, 12]), game.new_state([6, 25, 0])]) == [1, 1]
    player.close()
    assert (tmp_path / "log").read_text().splitlines() == [
        *("boardsize 5", "komi 6.5", "clear_board", "play B a1", "play W c3"),
        *("genmove B", "boardsize 5", "komi 6.5", "clear_board", "play B b2"),
        *("play W PASS", "play B a1", "genmove W", "quit"),
    ]


def test_engine_that_resigns_passes(game, engine):
    player = GtpPlayer(game, engine("resigns"))
    assert player([game.new_state()]) == [25]
    player.close()


@pytest.mark.parametrize(
    ("mode", "words"), [("fails", "cannot think"), ("dies", "it has ended")]
)
def test_engine_that_fails_is_named(game, engine, mode, words):
    player = GtpPlayer(game, engine(mode))
    with pytest.raises(ValueError, match=words) as error:
        player([game.new_state()])
    assert "genmove B" in str(error.value) and "gtp_engine=" in str(error.value)
    player.close()


def test_engines_play_go_alone(engine):
    with pytest.raises(ValueError, match="game=connect_four"):
        GtpPlayer(BoardGame("connect_four"), engine())


def test_engines_are_looked_for():
    assert find_engine(f"{sys.executable} -V")
    assert not find_engine("no-such-engine --mode gtp")
    assert not find_engine("")
    with pytest.raises(ValueError, match="`gtp_engine` is no command"):
        find_engine("gnugo 'unclosed")


@pytest.mark.parametrize("command", ["true", "false"])
def test_programs_that_are_no_engines_are_refused(game, command):
    with pytest.raises(ValueError, match="it has ended"):
        check_engine(game, command)
