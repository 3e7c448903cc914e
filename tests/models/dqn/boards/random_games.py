"""Positions of games played at random."""

import numpy as np


def positions(game, count, seed=0):
    """Yields states of random games, from the first to the one that is over."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        state = game.new_state()
        yield state
        while not state.is_terminal():
            state = state.child(int(random.choice(state.legal_actions())))
            yield state
