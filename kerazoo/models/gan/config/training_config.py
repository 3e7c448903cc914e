"""What the players play for, and how they learn."""

import dataclasses

import keras

from kerazoo.training.weight_average import HalfLifeDecay


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Loss, penalties, optimizers and the average of the generator.

    Args:
        adversarial_loss: A key of `kerazoo.models.gan.losses.LOSSES`.
        r1, r2: Weights of the penalties on the slope at real and generated examples.
        penalty_decay: Share of `r1` and `r2` at the last step, to which both fall
            exponentially.
        gradient_penalty: Weight of the Wasserstein GAN's penalty.
        discriminator_steps: Steps of the discriminator, with a batch each, to one of
            the generator.
        learning_rate: Step size of the generator's Adam.
        discriminator_learning_rate: That of the discriminator. Default: the same.
        decay_learning_rate: Lets both fall to 0 at the last step, as a cosine does.
        beta_1, beta_2: Adam's memory of gradients and of their squares.
        average: Makes examples with an average of the generator's weights.
        average_half_life: Its half-life, in examples.
        max_gradient_norm: Clips the norm of the gradient; 0 for not.
    """

    adversarial_loss: str = "relativistic"
    r1: float = 0.1
    r2: float = 0.1
    penalty_decay: float = 1.0
    gradient_penalty: float = 0.0
    discriminator_steps: int = 1
    learning_rate: float = 1e-3
    discriminator_learning_rate: float | None = None
    decay_learning_rate: bool = True
    beta_1: float = 0.0
    beta_2: float = 0.99
    average: bool = True
    average_half_life: float = 20_000
    max_gradient_norm: float = 0.0

    def penalty(
        self, weight: float, train_steps: int
    ) -> float | keras.optimizers.schedules.LearningRateSchedule:
        """Returns the weight of a penalty, which may fall over the steps."""
        if not weight or self.penalty_decay == 1:
            return weight
        return keras.optimizers.schedules.ExponentialDecay(
            weight, train_steps * self.discriminator_steps, self.penalty_decay
        )

    def average_decay(self) -> HalfLifeDecay | None:
        """Returns how fast the generator's average forgets, or None for no average."""
        return HalfLifeDecay(self.average_half_life) if self.average else None

    def optimizers(self, train_steps: int) -> list[keras.optimizers.Optimizer]:
        """Returns the optimizers of generator and discriminator."""
        rate = self.discriminator_learning_rate
        rates = (self.learning_rate, self.learning_rate if rate is None else rate)
        return [self._optimizer(rate, train_steps) for rate in rates]

    def _optimizer(self, rate, train_steps):
        if self.decay_learning_rate:
            rate = keras.optimizers.schedules.CosineDecay(rate, train_steps)
        return keras.optimizers.Adam(rate, beta_1=self.beta_1, beta_2=self.beta_2)
