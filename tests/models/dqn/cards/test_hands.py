import numpy as np
import pytest

from kerazoo.models.dqn.cards import GameTree
from kerazoo.models.dqn.cards import play_hands
from kerazoo.models.dqn.cards.hands import decisions_of
from tests.models.dqn.cards.kuhn import uniform


@pytest.fixture(scope="module", params=["kuhn_poker", "leduc_poker"])
def tree(request):
    return GameTree(request.param)


def play(tree, count=2_000, anticipation=0.3, epsilon=0.2, seed=0, values=None):
    if values is None:
        values = np.random.default_rng(5).normal(size=tree.masks.shape)
    average = uniform(tree)
    random = np.random.default_rng(seed)
    return play_hands(tree, values, average, count, anticipation, epsilon, random)


def test_hands_follow_the_rules(tree):
    """What was recorded is replayed in OpenSpiel, with the cards that fit."""
    hands = play(tree, 40)
    assert (hands.returns.sum(axis=1) == 0).all()
    for n in range(40):
        taken = hands.information_state[:, n] >= 0
        rows = zip(
            hands.information_state[taken, n],
            hands.player[taken, n],
            hands.action[taken, n],
            strict=True,
        )
        assert replays(tree, tree.game.new_initial_state(), list(rows), hands, n)


def replays(tree, state, rows, hands, n):
    """Returns whether some cards lead through these decisions to these returns."""
    if state.is_terminal():
        return not rows and np.allclose(state.returns(), hands.returns[n])
    if state.is_chance_node():
        children = (state.child(action) for action in state.legal_actions())
        return any(replays(tree, child, rows, hands, n) for child in children)
    known, player, action = rows[0]
    if state.information_state_string() != tree.names[known]:
        return False
    assert state.current_player() == player and action in state.legal_actions()
    return replays(tree, state.child(int(action)), rows[1:], hands, n)


def test_returns_are_those_of_the_policies():
    tree = GameTree("kuhn_poker")
    returns = play(tree, 40_000, anticipation=0.0).returns[:, 0]
    assert returns.mean() == pytest.approx(0.125, abs=4 * float(returns.std()) / 200)


def test_players_stay_with_a_policy_for_a_hand(tree):
    hands = play(tree)
    responds = hands.is_best_response[hands.information_state >= 0]
    assert responds.mean() == pytest.approx(0.3, abs=0.05)
    for player in (0, 1):
        mine = (hands.information_state >= 0) & (hands.player == player)
        some = (hands.is_best_response & mine).any(axis=0)
        every = (hands.is_best_response | ~mine).all(axis=0)
        assert (~some | every).all()


def test_best_responses_are_greedy_but_for_epsilon(tree):
    values = np.random.default_rng(5).normal(size=tree.masks.shape)
    best = np.where(tree.masks, values, -np.inf).argmax(axis=1)

    def share(epsilon):
        hands = play(tree, anticipation=1.0, epsilon=epsilon, values=values)
        taken = hands.information_state >= 0
        return (best[hands.information_state] == hands.action)[taken].mean()

    assert share(0.0) == 1.0
    valid = tree.masks.sum(axis=1)
    assert 1 / valid.max() - 0.02 < share(1.0) < 1 / valid.min() + 0.02


def test_seed_repeats_hands(tree):
    for found, expected in zip(play(tree), play(tree), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert (play(tree).returns != play(tree, seed=1).returns).any()


def test_decisions_are_followed_by_the_players_own_next(tree):
    hands = play(tree, 50)
    expected = []
    for n in range(50):
        times = np.flatnonzero(hands.information_state[:, n] >= 0)
        for player in (0, 1):
            own = [t for t in times if hands.player[t, n] == player]
            for t, after in zip(own, [*own[1:], None], strict=True):
                is_last = after is None
                expected.append(
                    (
                        hands.information_state[t, n],
                        hands.action[t, n],
                        hands.returns[n, player] if is_last else 0.0,
                        0.0 if is_last else 1.0,
                        0 if is_last else hands.information_state[after, n],
                        hands.is_best_response[t, n],
                    )
                )
    found = list(zip(*decisions_of(hands), strict=True))
    assert sorted(found) == sorted(expected)
    assert len(found) == hands.num_decisions
