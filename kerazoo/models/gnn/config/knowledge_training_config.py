"""How models of knowledge graphs learn."""

import dataclasses
import typing

import keras

from kerazoo.models.gnn.knowledge.fused_adagrad import FusedAdagrad
from kerazoo.models.gnn.knowledge.objectives import OBJECTIVES
from kerazoo.models.gnn.knowledge.objectives import Objective

OPTIMIZERS: dict[str, typing.Callable[[typing.Any], keras.Optimizer]] = {
    "adagrad": FusedAdagrad,
    "adam": keras.optimizers.Adam,
}


@dataclasses.dataclass(frozen=True)
class KnowledgeTrainingConfig:
    """Loss, penalty and optimizer.

    Args:
        triple_loss: `"softmax"` over all entities, or `"self_adversarial"` against
            drawn ones.
        triple_smoothing: Of `"softmax"`, share of the target that all entities have.
        corruptions: Of `"self_adversarial"`, entities drawn for each query.
        adversarial_temperature: Of `"self_adversarial"`, how much more those that score
            well count; 0 for the same.
        n3_weight: Weight of the nuclear 3-norm.
        triple_optimizer: `"adagrad"` or `"adam"`.
        learning_rate: Its step size.
        rate_halving_steps: Halves it every so many steps; None for never.

    Raises:
        ValueError: If a choice is unknown.
    """

    triple_loss: str = "softmax"
    triple_smoothing: float = 0.0
    corruptions: int = 64
    adversarial_temperature: float = 1.0
    n3_weight: float = 0.01
    triple_optimizer: str = "adagrad"
    learning_rate: float = 0.1
    rate_halving_steps: int | None = None

    def __post_init__(self):
        for name, known in (
            ("triple_loss", OBJECTIVES),
            ("triple_optimizer", OPTIMIZERS),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(known)}. "
                    f"Received: {name}={value}"
                )

    def make_objective(self) -> Objective:
        """Makes the objective."""
        kind = OBJECTIVES[self.triple_loss]
        known = {**vars(self), "label_smoothing": self.triple_smoothing}
        return kind(**{f.name: known[f.name] for f in dataclasses.fields(kind)})

    def make_optimizer(self) -> keras.Optimizer:
        """Makes the optimizer."""
        rate: typing.Any = self.learning_rate
        if self.rate_halving_steps:
            rate = keras.optimizers.schedules.ExponentialDecay(
                rate, self.rate_halving_steps, 0.5, staircase=True
            )
        return OPTIMIZERS[self.triple_optimizer](rate)
