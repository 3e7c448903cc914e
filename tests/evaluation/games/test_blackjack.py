import collections
import functools

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.toy_text import blackjack as rules

from kerazoo.evaluation.games import Blackjack

KINDS = [(True, False), (False, False), (False, True)]
CHANCES = {value: rules.deck.count(value) / 13 for value in range(1, 11)}


@functools.cache
def dealt(hand):
    """Returns the dealer's final hands and their probabilities, as sorted cards."""
    if rules.sum_hand(hand) >= 17:
        return {hand: 1.0}
    found = {}
    for card, chance in CHANCES.items():
        for end, share in dealt(tuple(sorted((*hand, card)))).items():
            found[end] = found.get(end, 0.0) + chance * share
    return found


@functools.cache
def dealers(shown):
    """Returns chances of the dealer's scores, each with whether it is a natural."""
    found = collections.Counter()
    for hidden, chance in CHANCES.items():
        for hand, share in dealt(tuple(sorted((shown, hidden)))).items():
            found[rules.score(hand), rules.is_natural(hand)] += chance * share
    return found


@functools.cache
def stick(score, is_natural, shown, sab, natural):
    """Returns the mean reward, as gymnasium's `step` gives it."""
    total = 0.0
    for (dealer, dealers_natural), chance in dealers(shown).items():
        reward = rules.cmp(score, dealer)
        if sab and is_natural and not dealers_natural:
            reward = 1.0
        elif not sab and natural and is_natural and reward == 1.0:
            reward = 1.5
        total += chance * reward
    return total


def returns_of(sab, natural, policy=None):
    """Returns the mean return over all hands of cards, of the best policy if None."""

    @functools.cache
    def value(hand, shown):
        if rules.is_bust(hand):
            return -1.0
        kind = rules.score(hand), rules.is_natural(hand)
        stays = stick(*kind, shown, sab, natural)
        usable = rules.usable_ace(hand)
        if policy is not None and not policy[rules.sum_hand(hand), shown, usable]:
            return stays
        draws = sum(
            chance * value(tuple(sorted((*hand, card))), shown)
            for card, chance in CHANCES.items()
        )
        return draws if policy is not None else max(stays, draws)

    return sum(
        one * two * chance * value(tuple(sorted((first, second))), shown)
        for first, one in CHANCES.items()
        for second, two in CHANCES.items()
        for shown, chance in CHANCES.items()
    )


@pytest.mark.parametrize(("sab", "natural"), KINDS[:1])
def test_returns_are_those_of_all_hands(sab, natural):
    """A policy that saw the cards themselves would do no better."""
    game = Blackjack(sab, natural)
    best = game.best_policy()
    assert game.expected_return(best) == pytest.approx(returns_of(sab, natural))
    cautious = np.zeros((32, 11, 2), bool)
    cautious[:17] = True
    expected = returns_of(sab, natural, cautious)
    assert game.expected_return(cautious) == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.parametrize(("sab", "natural"), KINDS[1:])
def test_other_rules_are_those_of_all_hands(sab, natural):
    test_returns_are_those_of_all_hands(sab, natural)


def test_best_policy_is_that_of_the_book():
    """Sutton & Barto, 2018, Figure 5.2; hard hands there are sums of 12 and more."""
    best = Blackjack().best_policy()
    cards = (1, *range(2, 11))
    for total in range(12, 22):
        hard = [c for c in cards if best[total, c, 0]]
        if total == 12:
            assert hard == [1, 2, 3, 7, 8, 9, 10]
        else:
            assert hard == ([1, 7, 8, 9, 10] if total < 17 else [])
        soft = [c for c in cards if best[total, c, 1]]
        assert soft == {18: [1, 9, 10]}.get(total, list(cards) if total < 18 else [])
    assert best[4:12, 1:, 0].all()


@pytest.mark.slow
@pytest.mark.parametrize(("sab", "natural"), KINDS)
def test_games_of_gymnasium_give_these_returns(sab, natural):
    game = Blackjack(sab, natural)
    policy = game.best_policy()
    env = gymnasium.make("Blackjack-v1", sab=sab, natural=natural).unwrapped
    returns = []
    for seed in range(30_000):
        observation, _ = env.reset(seed=seed if seed == 0 else None)
        over = False
        while not over:
            step = env.step(int(policy[observation]))
            observation, reward, over = step[:3]
        returns.append(reward)
    error = np.std(returns) / np.sqrt(len(returns))
    expected = game.expected_return(policy)
    assert np.mean(returns) == pytest.approx(expected, abs=4 * float(error))
