"""An equilibrium of Kuhn poker, from the literature."""

import numpy as np

# Probability of a bet by what a player knows: own card 0 to 2, then the bets so far.
# Kuhn, 1950: of the family alpha in [0, 1/3], that of alpha = 1/6.
BETS = {
    **{"0": 1 / 6, "0pb": 0.0, "1": 0.0, "1pb": 1 / 2, "2": 1 / 2, "2pb": 1.0},
    **{"0p": 1 / 3, "0b": 0.0, "1p": 0.0, "1b": 1 / 3, "2p": 1.0, "2b": 1.0},
}


def equilibrium(tree):
    """Returns the probabilities of the actions, `(I, A)`, in the order of a tree."""
    return np.array([[1 - BETS[name], BETS[name]] for name in tree.names])


def uniform(tree):
    """Returns a policy that takes every valid action alike often."""
    return tree.masks / tree.masks.sum(axis=1, keepdims=True)
