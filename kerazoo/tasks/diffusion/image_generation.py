"""Images like those of a dataset, out of noise."""

import dataclasses
import typing

import tensorflow as tf

from kerazoo.models.diffusion.config import NetworkConfig
from kerazoo.models.diffusion.config import NoiseConfig
from kerazoo.models.diffusion.config import SamplingConfig
from kerazoo.models.diffusion.config import TrainingConfig
from kerazoo.models.diffusion.config import make_diffusion
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.example_maker import ExampleMaker
from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion
from kerazoo.serving.limits import Limits
from kerazoo.tasks.diffusion.denoising import denoising_errors
from kerazoo.tasks.diffusion.denoising import denoising_metric
from kerazoo.tasks.diffusion.denoising import validation_metric
from kerazoo.tasks.image_generation import BaseImageGeneration
from kerazoo.tasks.image_sizes import ImageSizes
from kerazoo.tasks.image_sizes import sizes_of_levels
from kerazoo.tasks.image_sizes import sizes_of_patches
from kerazoo.training.base_task import free
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best

_PICTURE_IMAGES = 100


@dataclasses.dataclass
class ImageGeneration(BaseImageGeneration):
    """Learns to make images like those of a dataset, with or without classes.

    Evaluations measure the denoising error and leave a picture of samples; the model at
    the end of training is the result.

    Args:
        dataset, data_dir, image_size, batch_size, flip: See
            `kerazoo.tasks.image_task.ImageTask`.
        conditional, eval_samples, feature_extractor: See
            `kerazoo.tasks.image_generation.BaseImageGeneration`.
        network: `NetworkConfig`, which network removes the noise.
        noise: `NoiseConfig`, what noise that is.
        training: `TrainingConfig`, how the network learns.
        sampling: `SamplingConfig`, how images are made.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Example:

    ```python
    import kerazoo
    from kerazoo.models.diffusion import NetworkConfig, SamplingConfig
    from kerazoo.tasks.diffusion import ImageGeneration
    from kerazoo.training import Schedule

    network = NetworkConfig("dit", hidden_size=16, num_layers=1)
    sampling = SamplingConfig(steps=4)
    task = ImageGeneration(
        "digits", network=network, sampling=sampling, eval_samples=100
    )
    kerazoo.run(task, "runs/diffusion", Schedule(train_steps=4, eval_every=4))
    images = task.generate(16, seed=0)  # (16, 8, 8, 1) in [-1, 1]
    ```
    """

    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    noise: NoiseConfig = dataclasses.field(default_factory=NoiseConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    sampling: SamplingConfig = free(SamplingConfig())
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "diffusion"

    @property
    def image_sizes(self) -> ImageSizes:
        if self.network.network == "dit":
            return sizes_of_patches(self.network.patch_size)
        return sizes_of_levels(self.network.widths)

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.read_images(seed)
        check_batch_size(self.batch_size, strategy)
        with strategy.scope():
            self.model = make_diffusion(
                self.images.image_shape,
                self.num_classes,
                train_steps,
                self.network,
                self.noise,
                self.training,
            )
        self.sampling.check(self.model)
        self.make_evaluation()
        self.examples_per_step = self.batch_size
        self.generate = ExampleMaker(self.model, **dataclasses.asdict(self.sampling))
        self._metric = denoising_metric(self.model, self.images)
        self._validation = validation_metric(self.model, self.images)

    def evaluate(self, step: int) -> dict[str, float]:
        """Returns the denoising error of held-out images, as `validation_loss`, too."""
        errors = self._validation.measure()
        return {"validation_loss": errors["error"], **errors}

    def sample(self, step: int) -> dict[str, bytes | list[str]]:
        labels = self.labels_in_turn(_PICTURE_IMAGES)
        images = self.generate(_PICTURE_IMAGES, self.seed, labels)
        return {"samples": self.picture(images, step)}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        errors = denoising_errors(self._metric)
        measured: dict[str, typing.Any] = {"feature_extractor": None}
        if self.evaluation.is_possible:
            labels = self.labels_in_turn(self.eval_samples)
            images = self.generate(self.eval_samples, self.seed, labels)
            measured = self.evaluation.measure(images, labels)
        return {
            **measured,
            **errors,
            "score": -measured.get("fid", errors["denoising_error"]),
            "sampler": self.sampling.sampler,
            "steps": self.sampling.steps,
        }

    def serving(self, model: Diffusion) -> ServingDiffusion:
        model.towers = 1  # A server has threads of its own.
        return ServingDiffusion(
            model, self.sampling.sampler, self.sampling.steps, self.limits
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            **dataclasses.asdict(self.sampling),
            "max_steps": getattr(self.model.schedule, "num_train_steps", None),
            "limits": self.limits.describe("max_examples", "max_steps", "max_pixels"),
        }
