"""How a diffusion model learns."""

import dataclasses
import typing

import keras

from kerazoo.training.weight_average import AverageDecay
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Optimizer, average of the weights, and what the network is shown.

    Args:
        label_dropout: Share of examples whose label is hidden, for guidance.
        self_conditioning: Shows the network its own last estimate.
        average_half_life: Half-life of the averaged weights, in images.
        average_width: Averages with a power function of this relative width, such as
            0.05, instead.
        max_gradient_norm: Clips the norm of the gradient; 0 for not.
        learning_rate: Largest step size of Adam.
        warm_up_steps: Steps in which it rises; it then falls to 0 as a cosine does.
        towers: Parts of a batch that run side by side, see
            `kerazoo.training.threads.use_towers`.
    """

    label_dropout: float = 0.1
    self_conditioning: bool = False
    average_half_life: float = 20_000
    average_width: float | None = None
    max_gradient_norm: float = 1.0
    learning_rate: float = 1e-3
    warm_up_steps: int = 100
    towers: int = 1

    def average_decay(self) -> AverageDecay:
        """Returns how fast the average of the weights forgets."""
        if self.average_width is not None:
            return PowerFunctionDecay(self.average_width)
        return HalfLifeDecay(self.average_half_life)

    def rate_schedule(
        self, train_steps: int
    ) -> keras.optimizers.schedules.LearningRateSchedule:
        """Returns the step size, which rises and then falls, over all steps."""
        rate, warm_up = self.learning_rate, self.warm_up_steps
        return keras.optimizers.schedules.CosineDecay(
            rate / warm_up if warm_up else rate,
            max(train_steps - warm_up, 1),
            warmup_target=rate if warm_up else None,
            warmup_steps=warm_up,
        )

    def optimizer(self, train_steps: int) -> keras.Optimizer:
        """Returns the optimizer, for so many steps in all."""
        return keras.optimizers.Adam(self.rate_schedule(train_steps), beta_2=0.99)

    def describe(self) -> dict[str, typing.Any]:
        """Returns what a resumed run must have, too: the number of towers is free."""
        described = dataclasses.asdict(self)
        del described["towers"]
        return described
