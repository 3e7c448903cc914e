"""Points of a mixture of Gaussians, a toy whose modes can be counted."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.data.digest import data_digest
from kerazoo.data.gaussian_mixture import MIXTURES
from kerazoo.evaluation.mode_coverage import mixture_coverage
from kerazoo.models.gan.config import NetworkConfig
from kerazoo.models.gan.config import TrainingConfig
from kerazoo.models.gan.scatter_picture import scatter_picture
from kerazoo.tasks.gan.gan_task import GANTask
from kerazoo.tasks.licences import licence_of
from kerazoo.training.model_card import ModelCard

_SHOWN = 2_500


def _networks():
    hidden = (256, 256, 256)
    return NetworkConfig(
        networks="mlp",
        latent_size=2,
        hidden_sizes=hidden,
        discriminator_sizes=hidden,
        batch_normalization=False,
    )


def _training():
    return TrainingConfig(
        r1=0.02,
        r2=0.02,
        penalty_decay=1e-3,
        learning_rate=2e-3,
        average_half_life=50_000,
    )


@dataclasses.dataclass
class PointGeneration(GANTask):
    """Learns a mixture of Gaussians; counts the modes that it has found.

    The protocol of [PacGAN](https://arxiv.org/abs/1712.04086), Section 4.1: 2,500
    points, of high quality within three standard deviations of a mode.

    Args:
        dataset: A key of `kerazoo.data.gaussian_mixture.MIXTURES`: `"ring"`, `"grid"`.
        num_points: Points to learn from.
        batch_size: Points of a step, over all devices.
        networks, training, augmentation: See `kerazoo.tasks.gan.gan_task.GANTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gan import PointGeneration
    from kerazoo.training import Schedule

    task = PointGeneration("ring", num_points=500)
    kerazoo.run(task, "runs/ring", Schedule(train_steps=4, eval_every=4))["modes"]
    ```
    """

    dataset: str = "ring"
    num_points: int = 100_000
    batch_size: int = 256
    networks: NetworkConfig = dataclasses.field(default_factory=_networks, kw_only=True)
    training: TrainingConfig = dataclasses.field(
        default_factory=_training, kw_only=True
    )

    objective = "mode_score"
    eval_samples = _SHOWN  # Of PacGAN's protocol.
    picture_samples = _SHOWN

    @property
    def name(self) -> str:
        return self.dataset

    @property
    def title(self) -> str:
        return "gan toy"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        if self.dataset not in MIXTURES:
            raise ValueError(
                f"`dataset` must be one of {', '.join(sorted(MIXTURES))} for toys. "
                f"Received: dataset={self.dataset}"
            )
        self.seed = seed
        self.mixture = MIXTURES[self.dataset]()
        self._points = self.mixture.sample(self.num_points, seed)
        self.make_model(strategy, train_steps, (2,), None, self._points[:_SHOWN])

    def describe_data(self) -> str:
        modes = self.mixture.num_modes
        return f"{self.name}, {self.num_points:,} points around {modes} modes"

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        return array_batches(
            (self._points,),
            int(self.examples_per_step),
            self.seed,
            start_step,
            context,
        )

    def labels_in_turn(self, count: int) -> None:
        return None

    def measure_examples(
        self, points: np.ndarray, labels: np.ndarray | None = None
    ) -> dict[str, typing.Any]:
        """Returns `modes`, `high_quality` and `reverse_kl` of generated points.

        `mode_score`, which chooses the best model, is the share of modes plus that of
        points of high quality, less the divergence.
        """
        found = mixture_coverage(points, self.mixture.centers, self.mixture.sigma)
        share = found["modes"] / self.mixture.num_modes
        score = share + found["high_quality"] - found["reverse_kl"]
        return {**found, "mode_score": score}

    def picture(self, points: np.ndarray, step: int | None) -> bytes:
        """Returns a PNG of generated points over real ones."""
        found = self.measure_examples(points)
        title = f"step {step}: {found['modes']} modes, {found['high_quality']:.1%} near"
        return scatter_picture(points, self._points[:_SHOWN], title)

    def card(self) -> ModelCard:
        modes = self.mixture.num_modes
        return ModelCard(
            summary=f"Makes points of the plane around {modes} modes, {self.name}.",
            intended_use="A toy: to compare how many modes ways of training find.",
            limitations=("Its points mean nothing beyond that comparison.",),
            measured_on=f"{self.eval_samples:,} generated points",
            licence=licence_of(self.dataset),
            data_digest=data_digest(self._points),
        )

    def metadata(self) -> dict[str, typing.Any]:
        about = {"dataset": self.dataset, "num_classes": None, "image_shape": None}
        return {**about, **super().metadata()}
