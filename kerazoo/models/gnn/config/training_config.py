"""How models of graphs learn."""

import dataclasses

import keras


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Optimizer and penalties.

    Args:
        learning_rate: Step size of Adam.
        rate_halving_steps: Halves it every so many steps; None for never.
        weight_decay: L2 penalty of the layers that see the features.
        hidden_weight_decay: L2 penalty of all other layers.
    """

    learning_rate: float = 0.01
    rate_halving_steps: int | None = None
    weight_decay: float = 0.0
    hidden_weight_decay: float = 0.0

    def optimizer(self) -> keras.Optimizer:
        """Makes the optimizer."""
        rate = self.learning_rate
        if self.rate_halving_steps:
            rate = keras.optimizers.schedules.ExponentialDecay(
                rate, self.rate_halving_steps, 0.5, staircase=True
            )
        return keras.optimizers.Adam(rate)
