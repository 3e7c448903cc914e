import numpy as np

from kerazoo.models.dqn.boards import BoardGame
from kerazoo.models.dqn.boards import GreedyPlayer
from kerazoo.models.dqn.boards import RandomPlayer
from kerazoo.models.dqn.boards import Search
from kerazoo.models.dqn.boards import Tally
from kerazoo.models.dqn.boards import TreeSearchPlayer
from kerazoo.models.dqn.boards import play_match

GAME = BoardGame("tic_tac_toe")


def in_order(states):
    return [state.legal_actions()[0] for state in states]


def backwards(states):
    return [state.legal_actions()[-1] for state in states]


def test_every_other_game_is_begun_by_the_opponent():
    """Cells in order: the first to move has 0, 2, 4, 6, a diagonal: it wins."""
    assert play_match(GAME, in_order, in_order, 5) == Tally((3, 0, 0), (0, 0, 2))


def test_counts_are_those_of_the_player():
    """One from each end: whoever begins has a row first."""
    tally = play_match(GAME, in_order, backwards, 4)
    assert tally == Tally((2, 0, 0), (0, 0, 2))
    assert (tally.wins, tally.draws, tally.losses, tally.games) == (2, 0, 2, 4)
    assert tally.win_rate == 0.5
    assert Tally((1, 1, 0), (0, 1, 1)).win_rate == 0.5
    assert Tally((2, 1, 0), (0, 1, 0)).win_rate == 0.75


def test_matches_repeat_themselves():
    tallies = [
        play_match(GAME, RandomPlayer(3), TreeSearchPlayer(GAME, 20, seed=4), 20)
        for _ in range(2)
    ]
    assert tallies[0] == tallies[1]
    assert tallies[0].games == 20
    other = play_match(GAME, RandomPlayer(5), TreeSearchPlayer(GAME, 20, seed=6), 20)
    assert tallies[0] != other


def test_tree_search_beats_chance_and_chance_is_fair():
    tally = play_match(GAME, TreeSearchPlayer(GAME, 100, 2**32), RandomPlayer(0), 40)
    assert tally.win_rate > 0.8
    fair = play_match(GAME, RandomPlayer(1), RandomPlayer(2), 400)
    assert abs(fair.win_rate - 0.5) < 4 * 0.5 / 20  # Four standard errors at most.


def test_greedy_player_takes_what_wins_at_once():
    nothing = Search(GAME, lambda planes: np.zeros((len(planes), 9)), depth=2)
    states = [GAME.new_state([0, 3, 1, 4]), GAME.new_state([8, 4, 1, 2, 0])]
    assert GreedyPlayer(nothing)(states) == [2, 6]
