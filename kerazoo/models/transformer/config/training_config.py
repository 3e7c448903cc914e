"""How a Transformer learns."""

import dataclasses

import keras

from kerazoo.models.transformer.layerwise_adamw import LayerwiseAdamW
from kerazoo.models.transformer.schedules import InverseSquareRoot
from kerazoo.models.transformer.schedules import WarmupStableDecay
from kerazoo.training.weight_average import HalfLifeDecay

_DECAY_SHARE = 5  # One part in so many of all steps is the decay.


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Loss, optimizer and the average of the network.

    Args:
        label_smoothing: Share of all tokens or classes alike.
        rate_schedule: How the learning rate goes on after `warm_up_steps`: a key of
            `RATE_SCHEDULES`. `"cosine"` falls to 0 at the last step,
            `"warm_up_stable_decay"` in the last fifth.
        update_rule: How gradients become steps: a key of `UPDATE_RULES`. `"adamw"`;
            `"muon"`, whose steps of matrices within the network are orthogonal
            ([Liu et al., 2025](https://arxiv.org/abs/2502.16982), Algorithm 1), all
            others AdamW's, at the same rate.
        learning_rate: Largest step size of AdamW.
        warm_up_steps: Steps in which the learning rate rises.
        decoupled_weight_decay: AdamW's, of matrices only.
        adam_beta_2: Adam's memory of squares.
        averaging: Averages the weights that are evaluated and exported. `"none"`;
            `"exponential"`: with a half-life; `"snapshots"`: those of the last
            evaluations.
        average_half_life: exponential: in texts or images; in tokens where these are
            predicted.
        num_snapshots: snapshots: evaluations that are averaged.
        max_gradient_norm: Clips the norm of the gradient; 0 for not.

    Raises:
        ValueError: If a name is unknown.

    Example:

    ```python
    from kerazoo.models.transformer import TrainingConfig

    rate = TrainingConfig(rate_schedule="constant").rate(train_steps=1_000)
    ```
    """

    label_smoothing: float = 0.0
    rate_schedule: str = "cosine"
    learning_rate: float = 1e-3
    warm_up_steps: int = 100
    decoupled_weight_decay: float = 0.0
    adam_beta_2: float = 0.98
    averaging: str = "none"
    average_half_life: float = 20_000
    num_snapshots: int = 10
    max_gradient_norm: float = 1.0
    update_rule: str = "adamw"

    def __post_init__(self):
        if self.rate_schedule not in RATE_SCHEDULES:
            raise ValueError(
                f"`rate_schedule` must be one of {', '.join(RATE_SCHEDULES)}. "
                f"Received: rate_schedule={self.rate_schedule}"
            )
        if self.averaging not in AVERAGINGS:
            raise ValueError(
                f"`averaging` must be one of {', '.join(AVERAGINGS)}. "
                f"Received: averaging={self.averaging}"
            )

        if self.update_rule not in UPDATE_RULES:
            raise ValueError(
                f"`update_rule` must be one of {', '.join(UPDATE_RULES)}. "
                f"Received: update_rule={self.update_rule}"
            )

    @property
    def takes_snapshots(self) -> bool:
        """Whether evaluations set the average."""
        return self.averaging == "snapshots"

    def average_decay(self) -> HalfLifeDecay | None:
        """Returns how fast the average forgets, or None for none of this kind."""
        if self.averaging != "exponential":
            return None
        return HalfLifeDecay(self.average_half_life)

    def rate(self, train_steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
        """Returns the learning rate over so many steps."""
        warm_up = min(self.warm_up_steps, train_steps)
        return RATE_SCHEDULES[self.rate_schedule](
            self.learning_rate, warm_up, train_steps
        )

    def optimizer(
        self,
        train_steps: int,
        rates: list[tuple[keras.Variable, float, int]] | None = None,
    ) -> keras.optimizers.Optimizer:
        """Returns the optimizer for so many steps.

        Args:
            train_steps: Steps in all, for the schedule.
            rates: Of each weight the factor of its learning rate and its first step,
                see `LayerwiseAdamW`; None for one rate.
        """
        if rates is not None:
            if self.update_rule != "adamw":
                raise ValueError(
                    "`update_rule` must be adamw where weights have their own rates. "
                    f"Received: update_rule={self.update_rule}"
                )
            optimizer = LayerwiseAdamW(
                self.rate(train_steps),
                self.decoupled_weight_decay,
                beta_2=self.adam_beta_2,
            )
            optimizer.set_rates(rates)
            return optimizer
        return UPDATE_RULES[self.update_rule](
            self.rate(train_steps), self.decoupled_weight_decay, self.adam_beta_2
        )


def _adamw(rate, weight_decay, beta_2):
    return keras.optimizers.AdamW(rate, weight_decay=weight_decay, beta_2=beta_2)


def _muon(rate, weight_decay, beta_2):
    return keras.optimizers.Muon(
        rate,
        weight_decay=weight_decay,
        adam_weight_decay=weight_decay,
        adam_beta_2=beta_2,
        exclude_layers=["/head/", "/patches/"],  # Embeddings are without saying so.
    )


def _constant(peak, warm_up, steps):
    return WarmupStableDecay(peak, warm_up, steps, 0)


def _cosine(peak, warm_up, steps):
    return keras.optimizers.schedules.CosineDecay(
        peak / warm_up if warm_up else peak,
        max(steps - warm_up, 1),
        warmup_target=peak if warm_up else None,
        warmup_steps=warm_up,
    )


def _inverse_square_root(peak, warm_up, steps):
    return InverseSquareRoot(peak, max(warm_up, 1))


def _warm_up_stable_decay(peak, warm_up, steps):
    decay = min(steps // _DECAY_SHARE, steps - warm_up)
    return WarmupStableDecay(peak, warm_up, steps, decay)


# Name to a function of `(peak, warm_up_steps, train_steps)` to a learning rate.
RATE_SCHEDULES = {
    "constant": _constant,
    "cosine": _cosine,
    "inverse_square_root": _inverse_square_root,
    "warm_up_stable_decay": _warm_up_stable_decay,
}
# Name to a function of the learning rate, weight decay and Adam's memory of squares.
UPDATE_RULES = {"adamw": _adamw, "muon": _muon}
# Name to what is averaged.
AVERAGINGS = {
    "none": "nothing",
    "exponential": "all steps, the last ones most",
    "snapshots": "the last evaluations",
}
