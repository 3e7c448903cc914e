"""What the tasks of GANs have in common."""

import dataclasses
import typing
import warnings

import numpy as np
import tensorflow as tf

from kerazoo.models.gan.collapse_monitor import CollapseMonitor
from kerazoo.models.gan.config import AugmentationConfig
from kerazoo.models.gan.config import NetworkConfig
from kerazoo.models.gan.config import TrainingConfig
from kerazoo.models.gan.config import make_gan
from kerazoo.models.gan.example_maker import ExampleMaker
from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.serving_gan import ServingGAN
from kerazoo.serving.limits import Limits
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best

# Seeds of samples, apart from those that the trained model is measured by.
_SAMPLE_SEED = 2**30
_EVAL_SEED = 2**30 + 2**29
_GRACE = 2  # Evaluations in which an untrained generator may make all alike.


@dataclasses.dataclass(kw_only=True)
class GANTask(BaseTask):
    """Base class of the tasks of GANs.

    A subclass reads its data and calls `make_model`; it has `measure_examples`,
    `picture`, `labels_in_turn`, `eval_samples` and `picture_samples`.

    Args:
        networks: `NetworkConfig`, which two networks play.
        training: `TrainingConfig`, what they play for and how they learn.
        augmentation: `AugmentationConfig`, what is done to examples before the
            discriminator sees them.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.
    """

    networks: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    augmentation: AugmentationConfig = dataclasses.field(
        default_factory=AugmentationConfig
    )
    limits: Limits = free(Limits())

    family = "gan"
    picture_samples = 100

    if typing.TYPE_CHECKING:  # What a subclass has.

        def __getattr__(self, name: str) -> typing.Any: ...

    def make_model(
        self,
        strategy: tf.distribute.Strategy,
        train_steps: int,
        sample_shape: tuple[int, ...],
        num_classes: int | None,
        real: np.ndarray,
    ) -> None:
        """Makes the model, and what watches what it makes.

        Args:
            strategy: `tf.distribute.Strategy`.
            train_steps: int.
            sample_shape: Shape of an example.
            num_classes: int or None.
            real: float array `(N, ...)` of real examples to compare others with.
        """
        check_batch_size(self.batch_size, strategy)
        with strategy.scope():
            self.model = make_gan(
                sample_shape,
                num_classes,
                train_steps,
                self.networks,
                self.training,
                self.augmentation,
            )
        self.examples_per_step = self.batch_size * self.training.discriminator_steps
        self.generate = ExampleMaker(self.model)
        self._real = real
        self._monitor = CollapseMonitor(real, grace=_GRACE)
        self._concern: str | None = None

    def variables(self) -> list:
        return [*super().variables(), *self.model.discriminator_optimizer.variables]

    def evaluate(self, step: int) -> dict[str, float]:
        examples = self.generate(self.eval_samples, _EVAL_SEED)
        if not np.isfinite(examples).all():
            raise FloatingPointError("Generated values are no longer finite")
        measured = self.measure_examples(examples)
        diversity, self._concern = self._monitor.check(examples, measured.get("modes"))
        numbers = {k: v for k, v in measured.items() if isinstance(v, (int, float))}
        return {**numbers, "diversity": diversity}

    def concern(self) -> str | None:
        return self._concern

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        examples = self.generate(self.picture_samples, _SAMPLE_SEED)
        return {"samples": self.picture(examples, step)}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        labels = self.labels_in_turn(self.eval_samples)
        examples = self.generate(self.eval_samples, self.seed, labels)
        measured = self.measure_examples(examples, labels)
        diversity, concern = CollapseMonitor(self._real).check(examples)
        if concern:
            warnings.warn(
                f"The trained model: {concern}. Its other figures say little; look at "
                "its pictures, and try another seed, more steps, a lower learning rate "
                "or stronger penalties.",
                stacklevel=2,
            )
        return {
            **measured,
            "diversity": diversity,
            "score": self._score(measured, diversity),
            "best_step": best.step,
        }

    def pictures(self, best: Best) -> dict[str, bytes]:
        examples = self.generate(self.picture_samples, _SAMPLE_SEED)
        return {"best": self.picture(examples, best.step)}

    def serving(self, model: GAN) -> ServingGAN:
        return ServingGAN(model, self.limits)

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "latent_size": self.model.latent_size,
            "limits": self.limits.describe("max_examples", "max_pixels"),
        }

    def _score(self, measured, diversity):
        if self.objective is None:
            return -abs(1 - diversity)
        return measured[self.objective] * (1 if self.mode == "max" else -1)
