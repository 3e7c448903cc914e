from .blackjack import Blackjack
from .finite_mdp import FiniteMDP

__all__ = ["Blackjack", "FiniteMDP"]
