from .discrete_control import DiscreteControl

__all__ = ["DiscreteControl"]
