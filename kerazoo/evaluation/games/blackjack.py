"""Blackjack from an infinite deck, computed exactly."""

import functools

import numpy as np

SHAPE = (32, 11, 2)  # The player's sum, the dealer's card, a usable ace.
_CARDS = np.array([0, *[1 / 13] * 9, 4 / 13])  # Probability by value; 1 is an ace.
_MOST = 21
_DEALER_STANDS = 17


class Blackjack:
    """Expected returns in Blackjack as gymnasium's `Blackjack-v1` has it.

    The player sticks or hits; the dealer draws to 17. An ace counts 11 where that does
    not bust. A policy is a bool array `(32, 11, 2)`, whether to hit: by the player's
    sum, the dealer's card (1 for an ace) and whether the player has a usable ace.

    Args:
        sab: The rules of [Sutton & Barto, 2018](http://incompleteideas.net/book/the-book-2nd.html),
            Example 5.1: an ace and a ten, two cards, win against all but the same.
        natural: These two cards win 1.5, where `sab` is not set.

    Example:

    ```python
    from kerazoo.evaluation.games import Blackjack

    game = Blackjack()
    round(game.expected_return(game.best_policy()), 4)  # -0.0431
    ```
    """

    def __init__(self, sab: bool = True, natural: bool = False):
        self.sab = sab
        self.natural = natural

    def best_policy(self) -> np.ndarray:
        """Returns the policy of the largest expected return, by backward induction."""
        return self._solve(None)[0]

    def expected_return(self, policy: np.ndarray) -> float:
        """Returns the mean return of a game.

        Args:
            policy: bool `(32, 11, 2)`.
        """
        policy, values = self._solve(np.asarray(policy, bool))
        total = 0.0
        for card in range(1, 11):
            for first, second in np.ndindex(11, 11):
                chance = _CARDS[first] * _CARDS[second] * _CARDS[card]
                if not chance:
                    continue
                has_ace = 1 in (first, second)
                if {first, second} == {1, 10} and not policy[_MOST, card, 1]:
                    total += chance * self._natural_return(card)
                else:
                    total += chance * values[first + second, int(has_ace), card]
        return float(total)

    def _solve(self, policy):
        """Returns a policy, the best one of None, and its values.

        Values are `(22, 2, 11)`: by the sum with aces as 1, whether there is one, and
        the dealer's card.
        """
        found = np.zeros(SHAPE, bool)
        values = np.zeros((_MOST + 1, 2, 11))
        for hard, has_ace in ((h, a) for h in range(_MOST, 1, -1) for a in (0, 1)):
            usable = int(has_ace and hard + 10 <= _MOST)
            total = hard + 10 * usable
            for card in range(1, 11):
                stick = _stick(total, card)
                hit = sum(
                    _CARDS[new] * values[hard + new, int(has_ace or new == 1), card]
                    if hard + new <= _MOST
                    else -_CARDS[new]
                    for new in range(1, 11)
                )
                hits = hit > stick if policy is None else policy[total, card, usable]
                found[total, card, usable] = hits
                values[hard, has_ace, card] = hit if hits else stick
        return found, values

    def _natural_return(self, card):
        """Returns what sticking with an ace and a ten gives."""
        outcomes, chance_of_natural = _dealer(card)
        if self.sab:
            return 1 - chance_of_natural
        wins = 1 - outcomes[_MOST]
        return 1.5 * wins if self.natural else wins


def _stick(total, card):
    """Returns what sticking gives, against the dealer's card."""
    outcomes, _ = _dealer(card)
    sums = np.arange(len(outcomes))
    return float(outcomes @ np.sign(total - sums))


@functools.cache
def _dealer(card):
    """Returns probabilities of the dealer's sums, 0 for a bust, and of a natural."""
    outcomes = np.zeros(_MOST + 1)

    def draw(hard, has_ace, chance):
        usable = has_ace and hard + 10 <= _MOST
        total = hard + 10 * usable
        if total >= _DEALER_STANDS:
            outcomes[total if total <= _MOST else 0] += chance
            return
        for new in range(1, 11):
            draw(hard + new, has_ace or new == 1, chance * _CARDS[new])

    # The second card is drawn whatever the first is.
    draw(card, card == 1, 1.0)
    natural = {1: _CARDS[10], 10: _CARDS[1]}.get(card, 0.0)
    return outcomes, natural
