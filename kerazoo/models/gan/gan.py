"""A generative adversarial network: a generator and a discriminator that learn."""

import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gan.augmentation.adaptive_probability import AdaptiveProbability
from kerazoo.models.gan.gradient_penalties import one_centered_penalty
from kerazoo.models.gan.gradient_penalties import zero_centered_penalty
from kerazoo.models.gan.losses import LOSSES
from kerazoo.training.averaged_model import AveragedModel
from kerazoo.training.checked_labels import checked_labels
from kerazoo.training.global_batch import GlobalBatch
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas
from kerazoo.training.towers import in_towers
from kerazoo.training.weight_average import AverageDecay


@keras.saving.register_keras_serializable(package="kerazoo")
class GAN(AveragedModel):
    r"""Learns to make examples that a discriminator cannot tell from real ones.

    The default is the loss of
    [R3GAN](https://arxiv.org/abs/2501.05441): each real example is compared with a
    generated one, and the discriminator's slope is penalised at both,
    \(\frac{\gamma_1}{2} \lVert \nabla_x D(x) \rVert^2\) at the real (R1) and
    \(\frac{\gamma_2}{2} \lVert \nabla_x D(G(z)) \rVert^2\) at the generated (R2), which
    makes training converge locally (Proposition 2). Other choices are the
    [original](https://arxiv.org/abs/1406.2661),
    [least squares](https://arxiv.org/abs/1611.04076),
    [hinge](https://arxiv.org/abs/1802.05957) and
    [Wasserstein](https://arxiv.org/abs/1704.00028) losses.

    Args:
        generator: Model of latents `(B, Z)` or, with classes, `[latents, labels]`, to
            examples `(B, ...)`.
        discriminator: Model of examples or, with classes, `[examples, labels]`, to
            logits `(B,)` or `(B, 1)`, large for real.
        latent_size: int. Size Z of a latent, standard normal.
        loss: A key of `LOSSES`.
        r1, r2: float, or a schedule of `keras.optimizers.schedules` over the steps of
            the discriminator. Weights of the penalties, gamma above: at first large, to
            keep all modes, then small, to let the discriminator be sharp.
        gradient_penalty: float. Weight of the Wasserstein GAN's penalty, which wants a
            slope of 1 between real and generated examples.
        discriminator_steps: int. Steps of the discriminator, with examples of its own
            each, to one of the generator.
        num_classes: int or None. Classes of the examples.
        augmentation: Augmentation of all that the discriminator sees, such as
            `DiffAugment()`, or None.
        augment_probability: float in [0, 1], or `AdaptiveProbability` that raises it
            while the discriminator overfits.
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the generator, which makes the examples, forgets. It takes the
            moving statistics of batch normalisation along with the weights.
        max_gradient_norm: float or None. Clips the global norm of the gradient of
            either network.

    Attributes:
        average_generator: The average of the generator, or None.
        sample_shape: Tuple of ints, the shape of an example.

    Raises:
        ValueError: If the loss is unknown, a number out of its range, or the
            discriminator does not return one logit for each example.

    Call arguments:
        inputs: Latents `(B, Z)`, with classes `[latents, labels]`.
        average: bool. Whether to use the average of the generator.

    Returns:
        float32 `(B, ...)`, generated examples.

    Example:

    ```python
    generator = DCGANGenerator((8, 8, 1), latent_size=16, base_width=8)
    discriminator = DCGANDiscriminator(base_width=8, normalization="none")
    model = GAN(generator, discriminator, latent_size=16)
    model.compile(
        keras.optimizers.Adam(2e-4, beta_1=0.0),
        discriminator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.0),
    )
    model.fit(images, verbose=0)  # (N, 8, 8, 1) in [-1, 1]
    ```
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_size: int,
        loss: str = "relativistic",
        r1: float | keras.optimizers.schedules.LearningRateSchedule = 1.0,
        r2: float | keras.optimizers.schedules.LearningRateSchedule = 1.0,
        gradient_penalty: float = 0.0,
        discriminator_steps: int = 1,
        num_classes: int | None = None,
        augmentation: typing.Any = None,
        augment_probability: float | AdaptiveProbability = 1.0,
        average_decay: AverageDecay | None = None,
        max_gradient_norm: float | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(autocast=False, **kwargs)
        if loss not in LOSSES:
            raise ValueError(
                f"`loss` must be one of {', '.join(LOSSES)}. Received: loss={loss}"
            )
        if discriminator_steps < 1:
            raise ValueError(
                "`discriminator_steps` must be positive. "
                f"Received: discriminator_steps={discriminator_steps}"
            )
        self._adapts = isinstance(augment_probability, AdaptiveProbability)
        if not (
            isinstance(augment_probability, AdaptiveProbability)
            or 0 <= augment_probability <= 1
        ):
            raise ValueError(
                "`augment_probability` must be from 0 to 1. "
                f"Received: augment_probability={augment_probability}"
            )
        for network in (generator, discriminator):
            classes = getattr(network, "num_classes", num_classes)
            if classes != num_classes:
                raise ValueError(
                    "Both networks must have the model's `num_classes`. Received: "
                    f"num_classes={num_classes}, {type(network).__name__} of {classes}"
                )
        fixed = [weight for weight in (r1, r2) if not _is_schedule(weight)]
        if min(*fixed, gradient_penalty, 0) < 0:
            raise ValueError(
                "Weights of penalties must not be negative. Received: "
                f"r1={r1}, r2={r2}, gradient_penalty={gradient_penalty}"
            )
        self.generator = generator
        self.discriminator = discriminator
        self.latent_size = latent_size
        self.loss_name = loss
        self.r1 = r1
        self.r2 = r2
        self.gradient_penalty = gradient_penalty
        self.discriminator_steps = discriminator_steps
        self.num_classes = num_classes
        self.augmentation = augmentation
        self.augment_probability = augment_probability
        self.average_decay = average_decay
        self.max_gradient_norm = max_gradient_norm
        self.seed_generator = keras.random.SeedGenerator()
        self.discriminator_optimizer = None
        self.average_generator = None
        if average_decay is not None:
            self.average_generator = self.copy_for_average(generator)
        self._adversarial = LOSSES[loss]
        self._build_on_example()
        if self._adapts:
            self.probability = self.add_weight(
                shape=(),
                initializer="zeros",
                trainable=False,
                name="augment_probability",
                aggregation="only_first_replica",
            )

    def compile(
        self,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        discriminator_optimizer: str | keras.optimizers.Optimizer = "adam",
        **kwargs: typing.Any,
    ) -> None:
        """Sets both optimizers and makes their variables.

        Args:
            optimizer: Keras optimizer of the generator, or its name.
            discriminator_optimizer: Another one, of the discriminator.
            **kwargs: As of `keras.Model.compile`.

        Raises:
            ValueError: If both are the same object.
        """
        of_discriminator = keras.optimizers.get(discriminator_optimizer)
        optimizer = keras.optimizers.get(optimizer)
        if of_discriminator is optimizer:
            raise ValueError(
                "The two networks need an optimizer each. Received: "
                f"discriminator_optimizer={of_discriminator.name}, the optimizer "
                "of the generator"
            )
        super().compile(optimizer, **kwargs)
        scaled = keras.optimizers.LossScaleOptimizer
        if isinstance(self.optimizer, scaled) and not isinstance(
            of_discriminator, scaled
        ):
            of_discriminator = scaled(of_discriminator)
        self.discriminator_optimizer = of_discriminator
        # Unbuilt, their state would be left out when the model is saved or loaded.
        self.optimizer.build(self.generator.trainable_variables)
        of_discriminator.build(self.discriminator.trainable_variables)

    def get_compile_config(self) -> dict[str, typing.Any] | None:
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        return {
            "optimizer": serialize(self.optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
        }

    def compile_from_config(self, config: dict[str, typing.Any]) -> None:
        self.compile(**keras.saving.deserialize_keras_object(config))

    def averaged_pair(self) -> tuple[keras.Model, keras.Model | None]:
        return self.generator, self.average_generator

    def call(self, inputs, average=False, training=False):
        inputs = inputs if self.num_classes is not None else [inputs]
        return _apply(self.chosen(average), inputs, training)

    def discriminate(
        self, examples: Tensor, labels: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Returns the logits of examples, float32 `(B,)`.

        Args:
            examples: float `(B, ...)`.
            labels: int32 `(B,)`, with classes.
            training: bool.
        """
        inputs = [examples] if self.num_classes is None else [examples, labels]
        logits = _apply(self.discriminator, inputs, training)
        return ops.reshape(logits, (-1,))

    def train_step(self, data):
        """Takes one step of the generator, after those of the discriminator.

        Latents, augmentations and points of penalties belong to the examples of the
        global batch, however it is split over replicas.

        Args:
            data: This replica's examples `(K * B, ...)`, or `(examples, labels)`, for K
                steps of the discriminator; the k-th takes every K-th of them, from the
                k-th.

        Returns:
            dict of `loss`, the generator's, `discriminator_loss`, `real_logit` and
            `fake_logit`, means over the global batch, the squared slopes `r1` and `r2`
            where they are penalised, `augment_probability` where it is adapted, and
            the norms `gradient_norm/generator` and `gradient_norm/discriminator`.
        """
        examples, labels = self._unpacked(data)
        steps = self.discriminator_steps
        global_batch = GlobalBatch(ops.shape(examples)[0], self.seed_generator)
        tf.debugging.assert_greater_equal(
            global_batch.total, steps, "A batch must have an example for each step."
        )
        for k in range(steps - 1):  # For the discriminator alone.
            batch, real, part_labels, inputs = self._part(
                examples, labels, global_batch, k
            )
            fake = tf.stop_gradient(self(inputs, training=True))
            self._train_discriminator(batch, real, fake, part_labels)
        batch, real, part_labels, inputs = self._part(
            examples, labels, global_batch, steps - 1
        )
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.generator.trainable_variables])
            fake = self(inputs, training=True)
            with tape.stop_recording():
                metrics = self._train_discriminator(
                    batch, real, tf.stop_gradient(fake), part_labels
                )
            fake_logits = self.discriminate(
                self._augment(batch, fake), part_labels, training=True
            )
            real_logits = fake_logits
            if self._adversarial.is_paired:
                real_logits = self.discriminate(
                    self._augment(batch, real), part_labels, training=True
                )
            real_logits = tf.stop_gradient(real_logits)
            losses = self._adversarial.generator(real_logits, fake_logits)
            share = share_of_mean(losses)
            total = self.optimizer.scale_loss(share)
        self.loss_tracker.update_state(losses)
        norm = self._descend(tape, total, self.optimizer, self.generator)
        self.update_average(batch.total)
        return {
            "loss": sum_over_replicas(share),
            "gradient_norm/generator": norm,
            **metrics,
        }

    def test_step(self, data):
        """Returns `loss` and `discriminator_loss` of the average, without training."""
        examples, labels = self._unpacked(data)
        batch = GlobalBatch(ops.shape(examples)[0], self.seed_generator)
        latents = batch.normal((self.latent_size,))
        inputs = latents if labels is None else [latents, labels]
        fake = self(inputs, average=self.average_generator is not None)
        logits = [self.discriminate(x, labels) for x in (examples, fake)]
        losses = self._adversarial.generator(*logits)
        discriminator_losses = self._adversarial.discriminator(*logits)
        self.loss_tracker.update_state(losses)
        means = {
            "loss": share_of_mean(losses),
            "discriminator_loss": share_of_mean(discriminator_losses),
        }
        return {name: sum_over_replicas(share) for name, share in means.items()}

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        probability = self.augment_probability
        return {
            **super().get_config(),
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "latent_size": self.latent_size,
            "loss": self.loss_name,
            "r1": serialize(self.r1) if _is_schedule(self.r1) else self.r1,
            "r2": serialize(self.r2) if _is_schedule(self.r2) else self.r2,
            "gradient_penalty": self.gradient_penalty,
            "discriminator_steps": self.discriminator_steps,
            "num_classes": self.num_classes,
            "augmentation": serialize(self.augmentation),
            "augment_probability": (
                serialize(probability) if self._adapts else probability
            ),
            "average_decay": serialize(self.average_decay),
            "max_gradient_norm": self.max_gradient_norm,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))

    def _build_on_example(self):
        latents = np.zeros((2, self.latent_size), "float32")
        labels = None
        inputs = latents
        if self.num_classes is not None:
            labels = np.zeros((2,), "int32")
            inputs = [latents, labels]
        examples = self.call(inputs)
        if self.average_generator is not None:
            self.call(inputs, average=True)
            self.start_average()
        logits = self.discriminate(examples, labels)
        if tuple(logits.shape) != (2,):
            raise ValueError(
                "`discriminator` must return one logit for each example. "
                f"Received: {logits.shape[0]} for 2"
            )
        self.sample_shape = tuple(examples.shape[1:])
        self.built = True

    def _unpacked(self, data):
        """Returns examples and labels, or says what is wrong with them."""
        examples, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            raise ValueError("A GAN takes no weights of examples. Received: weights")
        examples = ops.cast(examples, "float32")
        if tuple(examples.shape[1:]) != self.sample_shape:
            raise ValueError(
                f"Examples must be (B, {', '.join(map(str, self.sample_shape))}), as "
                f"the generator makes them. Received: shape={tuple(examples.shape)}"
            )
        if self.num_classes is None:
            return examples, None
        return examples, checked_labels(labels, self.num_classes)

    def _part(self, examples, labels, global_batch, k):
        """Returns what the k-th step of the discriminator learns from.

        Every K-th example of the global batch, not of this replica's part.

        Returns:
            Their `GlobalBatch`, the examples, their labels or None, and what the
            generator makes as many of.
        """
        first = (k - global_batch.offset) % self.discriminator_steps
        real = examples[first :: self.discriminator_steps]
        batch = GlobalBatch(ops.shape(real)[0], self.seed_generator)
        latents = batch.normal((self.latent_size,))
        if labels is None:
            return batch, real, None, latents
        labels = labels[first :: self.discriminator_steps]
        return batch, real, labels, [latents, labels]

    def _train_discriminator(self, batch, real, fake, labels):
        """Takes one step of the discriminator; returns metrics."""

        def augmented(uniforms):
            return lambda x: self.discriminate(
                self._augmented(x, uniforms), labels, training=True
            )

        def penalized(examples, weight):
            discriminate = augmented(self._uniforms(batch))
            if not weight:
                return discriminate(examples), None
            return zero_centered_penalty(discriminate, examples)

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in self.discriminator.trainable_variables])
            real_logits, r1 = penalized(real, self.r1)
            fake_logits, r2 = penalized(fake, self.r2)
            losses = self._adversarial.discriminator(real_logits, fake_logits)
            penalties = {
                name: (self._now(weight) / 2, values)
                for name, weight, values in (("r1", self.r1, r1), ("r2", self.r2, r2))
                if weight
            }
            if self.gradient_penalty:
                values = one_centered_penalty(
                    augmented(self._uniforms(batch)), real, fake, batch.uniform()
                )
                penalties["gradient_penalty"] = (self.gradient_penalty, values)
            total = losses
            for weight, values in penalties.values():
                total += weight * values
            total = self.discriminator_optimizer.scale_loss(share_of_mean(total))
        norm = self._descend(
            tape, total, self.discriminator_optimizer, self.discriminator
        )
        means = {
            "discriminator_loss": losses,
            "real_logit": real_logits,
            "fake_logit": fake_logits,
            **{name: values for name, (_, values) in penalties.items()},
        }
        shares = tf.stack([share_of_mean(values) for values in means.values()])
        metrics = dict(zip(means, tf.unstack(sum_over_replicas(shares)), strict=True))
        if self._adapts:
            self._adapt(batch, real_logits, metrics["fake_logit"])
            metrics["augment_probability"] = ops.convert_to_tensor(self.probability)
        return {**metrics, "gradient_norm/discriminator": norm}

    def _now(self, weight):
        """Returns the value of a weight at this step."""
        if not _is_schedule(weight):
            return weight
        return ops.cast(weight(self.discriminator_optimizer.iterations), "float32")

    def _adapt(self, batch, real_logits, fake_logit):
        """Raises or lowers how often is augmented."""
        zero = fake_logit if self._adversarial.is_relative else 0.0
        sign = sum_over_replicas(share_of_mean(tf.sign(real_logits - zero)))
        self.probability.assign(
            self.augment_probability.update(self.probability, sign, batch.total)
        )

    def _uniforms(self, batch):
        if self.augmentation is None:
            return None
        return batch.uniform((self.augmentation.num_uniforms,))

    def _augment(self, batch, examples):
        return self._augmented(examples, self._uniforms(batch))

    def _augmented(self, examples, uniforms):
        if self.augmentation is None:
            return examples
        probability = self.probability if self._adapts else self.augment_probability
        return self.augmentation(examples, uniforms, probability)

    def _descend(self, tape, total, optimizer, network):
        """Applies gradients; returns their norm over all replicas."""
        variables = network.trainable_variables
        scale = optimizer.scale_loss(1.0)
        gradients = tape.gradient(total, [variable.value for variable in variables])
        gradients = [
            tf.zeros_like(variable.value) if gradient is None else gradient
            for gradient, variable in zip(gradients, variables, strict=True)
        ]
        self.apply_gradients(gradients, variables, optimizer)
        return tf.linalg.global_norm(sum_over_replicas(gradients)) / scale


def _is_schedule(weight):
    return isinstance(weight, keras.optimizers.schedules.LearningRateSchedule)


def _apply(network, inputs, training):
    """Returns what a network makes of one or two inputs, float32."""

    def apply(values, training):
        return network(values if len(values) > 1 else values[0], training=training)

    return ops.cast(in_towers(apply, inputs, training=training), "float32")
