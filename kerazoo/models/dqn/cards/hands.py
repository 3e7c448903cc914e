"""Hands of a game of cards, many at once, played from tables."""

import typing

import numpy as np

from kerazoo.models.dqn.cards.game_tree import GameTree


class Hands(typing.NamedTuple):
    """What was decided in N hands; at most T decisions each.

    Attributes:
        information_state: int32 `(T, N)`; -1 where a hand was over.
        player, action: int8 `(T, N)`.
        is_best_response: bool `(T, N)`. Whether the player of that hand played for the
            most, not for the average.
        returns: float32 `(N, 2)`. What the players have won.
    """

    information_state: np.ndarray
    player: np.ndarray
    action: np.ndarray
    is_best_response: np.ndarray
    returns: np.ndarray

    @property
    def num_decisions(self) -> int:
        """Decisions of all hands."""
        return int((self.information_state >= 0).sum())


class Decisions(typing.NamedTuple):
    """Decisions and what followed, arrays `(D,)` each.

    Attributes:
        information_state: int32.
        action: int8.
        reward: float32. What the hand has won, if it was the player's last decision.
        discount: float32. 0 there, else 1.
        next_information_state: int32. The player's own next one, or 0.
        is_best_response: bool.
    """

    information_state: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    discount: np.ndarray
    next_information_state: np.ndarray
    is_best_response: np.ndarray


def play_hands(
    tree: GameTree,
    values: np.ndarray,
    average: np.ndarray,
    count: int,
    anticipation: float,
    epsilon: float,
    random: np.random.Generator,
) -> Hands:
    """Plays hands, each player with one of two policies for a whole hand.

    Args:
        tree: `GameTree`.
        values: float `(I, A)`. Of actions, for the best response.
        average: float `(I, A)`. Probabilities of the average policy, 0 where an action
            is not valid.
        count: Hands N.
        anticipation: Probability that a player plays the best response in a hand.
        epsilon: Probability of a random action of a best response.
        random: `numpy.random.Generator`.

    Returns:
        `Hands`.

    Example:

    ```python
    tree = GameTree("kuhn_poker")
    uniform = tree.masks / tree.masks.sum(axis=1, keepdims=True)
    random = np.random.default_rng(0)
    hands = play_hands(tree, uniform, uniform, 1_000, 0.1, 0.06, random)
    hands.returns.sum(axis=1).any()  # False: what one wins the other loses
    ```
    """
    greedy = np.where(tree.masks, values, -np.inf).argmax(axis=1)
    mixed = _cumulative(average, tree.masks)
    uniform = _cumulative(tree.masks, tree.masks)
    responds = random.random((count, 2)) < anticipation
    node = np.zeros(count, np.int32)
    rows = []
    while True:
        while (waits := np.flatnonzero(tree.player[node] == -1)).size:
            at = node[waits]
            drawn = _draw(tree.chance[at], random.random(len(at)))
            node[waits] = tree.child[at, drawn]
        going = np.flatnonzero(tree.player[node] >= 0)
        if not going.size:
            break
        at = node[going]
        player, known = tree.player[at], tree.information_state[at]
        drawn, explores = random.random((2, len(at)))
        best = responds[going, player]
        action = _draw(mixed[known], drawn)
        action = np.where(best, greedy[known], action)
        is_random = best & (explores < epsilon)
        if is_random.any():
            action = np.where(is_random, _draw(uniform[known], drawn), action)
        row: list[np.ndarray] = [
            np.full(count, -1, np.int32),
            np.zeros(count, np.int8),
            np.zeros(count, np.int8),
            np.zeros(count, bool),
        ]
        for array, new in zip(row, (known, player, action, best), strict=True):
            array[going] = new
        rows.append(row)
        node[going] = tree.child[at, action]
    known, player, action, best = (np.stack(x) for x in zip(*rows, strict=True))
    return Hands(known, player, action, best, tree.returns[node])


def decisions_of(hands: Hands) -> Decisions:
    """Returns the decisions of hands with what followed each.

    A decision is followed by the same player's next one, or by the end of the hand.

    Args:
        hands: `Hands`.
    """
    length, count = hands.information_state.shape
    follows = np.full((count, 2), -1, np.int32)
    rows = []
    for time in reversed(range(length)):
        going = np.flatnonzero(hands.information_state[time] >= 0)
        player = hands.player[time, going]
        known = hands.information_state[time, going]
        after = follows[going, player]
        is_last = after < 0
        rows.append(
            (
                known,
                hands.action[time, going],
                np.where(is_last, hands.returns[going, player], np.float32(0)),
                (~is_last).astype(np.float32),
                np.maximum(after, 0),
                hands.is_best_response[time, going],
            )
        )
        follows[going, player] = known
    return Decisions(*map(np.concatenate, zip(*rows, strict=True)))


def _cumulative(weights, masks):
    """Returns cumulative probabilities; 1 from the last valid action on."""
    sums = np.cumsum(weights, axis=1, dtype=np.float64)
    sums /= sums[:, -1:]
    last = masks.shape[1] - 1 - masks[:, ::-1].argmax(axis=1)
    sums[np.arange(masks.shape[1]) >= last[:, None]] = 1.0
    return sums


def _draw(cumulative, drawn):
    """Draws from cumulative probabilities `(N, M)` by numbers `(N,)` in [0, 1)."""
    return (drawn[:, None] >= cumulative).sum(axis=1)
