"""What hidden patches of images look like."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.data.digest import data_digest
from kerazoo.data.held_out import held_out
from kerazoo.data.images.patch_orders import with_patch_orders
from kerazoo.models.transformer.autoencoder import Autoencoder
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import make_masked_autoencoder
from kerazoo.models.transformer.serving_autoencoder import ServingAutoencoder
from kerazoo.progress import track
from kerazoo.tasks.image_sizes import ImageSizes
from kerazoo.tasks.image_sizes import sizes_of_patches
from kerazoo.tasks.image_task import ImageTask
from kerazoo.tasks.licences import licence_of
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size

_BATCH = 256  # Images that are measured at a time.
_VALIDATION = 0.1  # Share of the training images that choose the best model.
_VALIDATION_SEED = 0  # The same patches at each evaluation.


def _network():
    return NetworkConfig(num_layers=4, dropout=0.0)


@dataclasses.dataclass
class MaskedImageModeling(TransformerTask, ImageTask):
    """Learns to paint hidden patches of images: an encoder to classify them with.

    The best model is the one of the smallest mean squared error of the hidden pixels,
    from -1 to 1, of training images that are held out. Labels are not needed, and tests
    never read.

    Args:
        dataset, data_dir, image_size, batch_size, flip: See
            `kerazoo.tasks.image_task.ImageTask`.
        shift: Moves training images by up to so many pixels.
        mask_share: Share of the patches that are hidden.
        network, training, init_from, fine_tuning: See
            `kerazoo.tasks.transformer.transformer_task.TransformerTask`.

    Example:

    ```python
    import kerazoo
    from kerazoo.models.transformer import NetworkConfig
    from kerazoo.tasks.transformer import MaskedImageModeling
    from kerazoo.training import Schedule

    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    task = MaskedImageModeling("digits", network=network)
    kerazoo.run(task, "runs/digits_encoder", Schedule(train_steps=4, eval_every=4))
    ```
    """

    shift: int = 0
    mask_share: float = 0.75
    _: dataclasses.KW_ONLY
    network: NetworkConfig = dataclasses.field(default_factory=_network)

    kind = "pretrain_image"
    objective, mode = "validation_loss", "min"
    starts_from = ("pretrain_image", "image")
    _limited = "max_pixels"

    @property
    def name(self) -> str:
        return f"{super().name}_encoder"

    @property
    def image_sizes(self) -> ImageSizes:
        return sizes_of_patches(self.used_network.patch_size)

    def build(self, strategy, train_steps, seed):
        self.images = self.load_images()
        self.seed = seed
        check_batch_size(self.batch_size, strategy)
        self.examples_per_step = self.batch_size
        count = len(self.images.train_images)
        if count < 2:
            raise ValueError(
                "There must be two images at least, one of them to validate with. "
                f"Received: {count} images"
            )
        share = max(_VALIDATION, 0.51 / count)
        train, validation = held_out(count, None, share)
        self._train, self._validation = (
            self.images.train_images[part] for part in (train, validation)
        )
        network = self.used_network
        height, width = self.images.image_shape[:2]
        self._patches = height * width // network.patch_size**2
        with strategy.scope():
            self.model = make_masked_autoencoder(
                self.images.image_shape,
                self.mask_share,
                network,
                self.training,
                train_steps,
                self.start,
            )
        self._errors = tf.function(
            lambda images, order: self.model.errors(
                self.model.chosen(), (images, order)
            ),
            reduce_retracing=True,
            autograph=False,
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        images = array_batches(
            (self._train,),
            self.batch_size,
            self.seed,
            start_step,
            context,
            lambda images: self.images.normalize(tf.cast(images, tf.float32)),
            flip=self.flip,
            shift=self.shift,
        )
        return with_patch_orders(images, self._patches, self.seed, start_step, context)

    def validate(self) -> dict[str, float]:
        """Returns `validation_loss`, the mean squared error of the hidden pixels."""
        random = np.random.default_rng(_VALIDATION_SEED)
        total = 0.0
        for start in track(
            range(0, len(self._validation), _BATCH), "Validation", unit="batches"
        ):
            part = self._validation[start : start + _BATCH].astype("float32")
            order = random.permuted([np.arange(self._patches)] * len(part), axis=1)
            images = tf.constant(self.images.normalize(part))
            errors = self._errors(images, tf.constant(order, tf.int32))
            total += float(tf.reduce_sum(errors))
        return {"validation_loss": total / len(self._validation)}

    def test(self) -> dict[str, typing.Any]:
        return {"validation_examples": len(self._validation)}

    def serving(self, model: Autoencoder) -> ServingAutoencoder:
        return ServingAutoencoder(model, self.images.image_shape, self.limits)

    def card(self) -> ModelCard:
        return ModelCard(
            summary=(
                f"Turns images like those of {self.name} into vectors; classifiers "
                "begin with it."
            ),
            intended_use="To be trained further, by --init_from, on classes of images.",
            limitations=(
                "Its vectors are those of one kind of images; nobody has measured what "
                "they are good for without further training.",
            ),
            measured_on=f"{len(self._validation):,} images that were not trained on",
            licence=licence_of(self.dataset),
            data_digest=self.identity()["training_data"],
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {**super().metadata(), "image_shape": self.images.image_shape}

    def identity(self) -> dict[str, typing.Any]:
        return {"training_data": data_digest(self._train)}
