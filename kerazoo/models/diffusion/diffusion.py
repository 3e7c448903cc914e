"""A diffusion model: one network that removes noise of every level."""

import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.denoiser import Denoiser
from kerazoo.models.diffusion.denoising_loss import DenoisingLoss
from kerazoo.models.diffusion.denoising_loss import unpack_levels
from kerazoo.models.diffusion.parametrizations import Parametrization
from kerazoo.models.diffusion.parametrizations import noise_condition
from kerazoo.models.diffusion.schedules import Schedule
from kerazoo.models.diffusion.variational_bound import split_output
from kerazoo.training.averaged_model import AveragedModel
from kerazoo.training.checked_labels import checked_labels
from kerazoo.training.global_batch import GlobalBatch
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas
from kerazoo.training.towers import in_towers
from kerazoo.training.weight_average import AverageDecay

_NOISE_BINS = 4  # Of equally many examples, whose losses are told apart.


@keras.saving.register_keras_serializable(package="kerazoo")
class Diffusion(AveragedModel):
    r"""Learns to find the clean image \(x_0\) in \(x = \alpha x_0 + \sigma \epsilon\).

    What the network predicts is the parametrisation's affair, which noise levels it
    sees the schedule's, and what counts how much the weighting's: their combinations
    are [DDPM](https://arxiv.org/abs/2006.11239),
    [v-prediction](https://arxiv.org/abs/2202.00512),
    [EDM](https://arxiv.org/abs/2206.00364),
    [rectified flow](https://arxiv.org/abs/2209.03003) and more.

    Args:
        network: Model of `[x, c_noise]` or, with classes, `[x, c_noise, labels]`, to
            outputs of the shape of `x`; twice the channels with `learned_variance`.
            It sees twice the channels with `self_conditioning`.
        image_shape: Tuple of ints, `(H, W, C)` of an image.
        schedule: Noise schedule, such as `CosineSchedule()`.
        parametrization: What the network predicts, such as `VParametrization()`.
        weighting: `"uniform"`, `"min_snr"` or `"edm"`.
        num_classes: int or None. Classes of the images; the label `num_classes` means
            none in particular.
        label_dropout: float. Share of training examples whose label is hidden, for
            guidance without a classifier
            ([Ho & Salimans, 2022](https://arxiv.org/abs/2207.12598), Algorithm 1).
        self_conditioning: bool. Shows the network its own last estimate of \(x_0\)
            ([Chen et al., 2022](https://arxiv.org/abs/2208.04202), Section 2.3).
        learned_variance: bool. Learns the variance of the reverse process, too
            ([Nichol & Dhariwal, 2021](https://arxiv.org/abs/2102.09672), Equations 15
            and 16). For discrete schedules.
        average_decay: `HalfLifeDecay`, `PowerFunctionDecay` or None. How fast the
            average of the weights, which makes the images, forgets.
        max_gradient_norm: float or None. Clips the global norm of the gradient.
        towers: int. Pieces of a batch that run side by side: on a CPU as many as
            cores, with one thread each, else 1.

    Raises:
        ValueError: If the weighting is unknown, variances are to be learned of a
            continuous schedule, epsilon is to be predicted from pure noise, or the
            network's outputs have another shape.

    Call arguments:
        inputs: dict of `x`, float `(B, H, W, C)`: pixels in [-1, 1] times alpha, plus
            noise; `alpha` and `sigma`, float `(B,)`: the noise level; with classes
            `labels`, int32 `(B,)`; with self-conditioning `estimate`, as `x`: the last
            estimate, zeros for none.
        average: bool. Whether to use the average of the weights.

    Returns:
        float32, as `x`: the estimate of \(x_0\).

    Example:

    ```python
    network = DiT(hidden_size=16, depth=1, num_heads=2)
    model = Diffusion(network, (8, 8, 1), CosineSchedule(), VParametrization())
    model.compile(keras.optimizers.Adam(2e-4))
    model.fit(images, verbose=0)  # (N, 8, 8, 1) in [-1, 1]
    ```
    """

    def __init__(
        self,
        network: keras.Model,
        image_shape: tuple[int, ...],
        schedule: Schedule,
        parametrization: Parametrization,
        weighting: str = "uniform",
        num_classes: int | None = None,
        label_dropout: float = 0.1,
        self_conditioning: bool = False,
        learned_variance: bool = False,
        average_decay: AverageDecay | None = None,
        max_gradient_norm: float | None = None,
        towers: int = 1,
        **kwargs: typing.Any,
    ):
        # Noise levels must not lose bits: the network casts what it needs.
        super().__init__(autocast=False, **kwargs)
        if learned_variance and not hasattr(schedule, "draw_next"):
            raise ValueError(
                "`learned_variance` needs a schedule of discrete levels. Received: "
                f"learned_variance={learned_variance}, "
                f"schedule={type(schedule).__name__}"
            )
        self.network = network
        self.image_shape = tuple(image_shape)
        self.schedule = schedule
        self.parametrization = parametrization
        self.weighting = weighting
        self.num_classes = num_classes
        self.label_dropout = label_dropout
        self.self_conditioning = self_conditioning
        self.learned_variance = learned_variance
        self.average_decay = average_decay
        self.max_gradient_norm = max_gradient_norm
        self.towers = towers
        self._denoising_loss = DenoisingLoss(schedule, parametrization, weighting)
        self.seed_generator = keras.random.SeedGenerator()
        self.average_network = None
        if average_decay is not None:
            self.average_network = self.copy_for_average(network)
        self._build_on_example()

    def call(self, inputs, average=False, training=False):
        output, _ = self.predict_output(inputs, average, training)
        return self._denoised(output, inputs)

    def estimate_with_variance(
        self, inputs: dict[str, Tensor], average: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Returns what a call does, and the fraction of the variance.

        Args:
            inputs, average: As of a call.

        Returns:
            The estimate, and the fraction of Equation 15 of Nichol & Dhariwal, both as
            `x`.

        Raises:
            ValueError: If the model has learned no variance.
        """
        if not self.learned_variance:
            raise ValueError(
                "Expected a model that has learned the variance. Received: "
                "learned_variance=False"
            )
        output, fraction = self.predict_output(inputs, average)
        return self._denoised(output, inputs), fraction

    def predict_output(
        self, inputs: dict[str, Tensor], average: bool = False, training: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Returns what the network predicts, and the fraction of the variance or None.

        Takes the arguments of a call.
        """
        x, alpha, sigma = unpack_levels(inputs)
        shown = self.parametrization.scale_input(x, alpha, sigma)
        if self.self_conditioning:
            shown = ops.concatenate([shown, inputs["estimate"]], axis=-1)
        arguments = [shown, noise_condition(inputs["alpha"], inputs["sigma"])]
        if self.num_classes is not None:
            arguments.append(inputs["labels"])
        network = self.chosen(average)
        output = in_towers(network, arguments, self.towers, training)
        output = ops.cast(output, "float32")
        if not self.learned_variance:
            return output, None
        return split_output(output)

    def train_step(self, data):
        """Takes one optimizer step.

        Noise and noise levels belong to the examples of the global batch, however it
        is split over replicas.

        Args:
            data: This replica's images `(B, H, W, C)` in [-1, 1], or `(images,
                labels)` or `(images, labels, weights)`.

        Returns:
            dict of `loss`, the mean over the global batch, and of
            `loss_by_noise/k_of_4`, the mean over the examples of a quarter of the
            noise levels, 1 with the least noise; NaN if there are none.
        """
        images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        images = ops.cast(images, "float32")
        batch = GlobalBatch(ops.shape(images)[0], self.seed_generator)
        uniform, noise = batch.uniform(), batch.normal(self.image_shape)
        inputs = self._denoising_loss.add_noise(images, noise, uniform)
        if self.num_classes is not None:
            hidden = batch.uniform() < self.label_dropout
            labels = checked_labels(labels, self.num_classes)
            inputs["labels"] = ops.where(hidden, self.num_classes, labels)
        if self.self_conditioning:
            is_first = batch.shared_uniform() < 0.5
            inputs["estimate"] = self._last_estimate(inputs, is_first)
        with tf.GradientTape() as tape:
            losses = self._errors(images, noise, uniform, inputs)
            share = share_of_mean(losses, weights)
            total = self.optimizer.scale_loss(share)
        self.loss_tracker.update_state(losses, weights)
        self.apply_gradients(tape.gradient(total, self.trainable_variables))
        self.update_average(batch.total)
        return {"loss": sum_over_replicas(share), **_by_noise(losses, uniform)}

    def test_step(self, data):
        """Returns the same `loss` of the averaged weights, without training."""
        images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        images = ops.cast(images, "float32")
        batch = GlobalBatch(ops.shape(images)[0], self.seed_generator)
        uniform, noise = batch.uniform(), batch.normal(self.image_shape)
        inputs = self._denoising_loss.add_noise(images, noise, uniform)
        if self.num_classes is not None:
            inputs["labels"] = checked_labels(labels, self.num_classes)
        if self.self_conditioning:
            inputs["estimate"] = ops.zeros_like(images)
        losses = self._errors(images, noise, uniform, inputs, training=False)
        self.loss_tracker.update_state(losses, weights)
        return {"loss": sum_over_replicas(share_of_mean(losses, weights))}

    def denoiser(
        self,
        labels: Tensor | None = None,
        guidance: float | Tensor = 1.0,
        average: bool | None = None,
        clip: bool = True,
        frozen: bool = False,
    ) -> Denoiser:
        """Returns what `kerazoo.models.diffusion.samplers` take as `denoise`.

        Args:
            labels: int32 `(B,)`, or None for images of any class.
            guidance: float or scalar tensor. 1 for the model as it is, more for images
                that are more typical of their label: `x_none + guidance * (x_label -
                x_none)` (Ho & Salimans, Equation 6, with guidance = 1 + w).
            average: Whether to use the averaged weights. Default: if there are.
            clip: Keeps estimates in [-1, 1].
            frozen: Writes the weights of the moment into a traced graph, which is
                faster by a tenth in float32, a third in bfloat16, and does not follow
                later training.

        Returns:
            `Denoiser`, a function of `(x, alpha, sigma, estimate)` to the estimate of
            the clean images. Its `with_variance` is one to the pair of it and the
            fraction of the variance, for `ddpm` of a model with `learned_variance`.

        Raises:
            ValueError: If labels are given to a model without, or guidance without
                labels.
        """
        return Denoiser(self, labels, guidance, average, clip, frozen)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "network": serialize(self.network),
            "image_shape": self.image_shape,
            "schedule": serialize(self.schedule),
            "parametrization": serialize(self.parametrization),
            "weighting": self.weighting,
            "num_classes": self.num_classes,
            "label_dropout": self.label_dropout,
            "self_conditioning": self.self_conditioning,
            "learned_variance": self.learned_variance,
            "average_decay": serialize(self.average_decay),
            "max_gradient_norm": self.max_gradient_norm,
            "towers": self.towers,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**keras.saving.deserialize_keras_object(config))

    def _build_on_example(self):
        example = {name: np.ones((1,), "float32") for name in ("alpha", "sigma")}
        example["x"] = np.zeros((1, *self.image_shape), "float32")
        if self.num_classes is not None:
            example["labels"] = np.zeros((1,), "int32")
        if self.self_conditioning:
            example["estimate"] = example["x"]
        output, _ = self.predict_output(example)
        if tuple(output.shape) != tuple(example["x"].shape):
            raise ValueError(
                "`network` must return images of the shape it is given, with "
                f"`learned_variance` of twice the channels. Received: {output.shape} "
                f"for {example['x'].shape}"
            )
        if self.average_network is not None:
            self.predict_output(example, average=True)
            self.start_average()
        self.built = True

    def _denoised(self, output, inputs):
        """Returns the estimate that an output of the network means."""
        return self.parametrization.denoised(output, *unpack_levels(inputs))

    def _last_estimate(self, inputs, is_first):
        """Returns what a sampler would have found at the step before, or nothing."""
        nothing = ops.zeros_like(inputs["x"])

        def found():
            return self({**inputs, "estimate": nothing}, training=True)

        return ops.stop_gradient(ops.cond(is_first, lambda: nothing, found))

    def _errors(self, images, noise, uniform, inputs, training=True):
        """Returns the weighted squared error of each example."""
        average = not training and self.average_network is not None
        output, fraction = self.predict_output(inputs, average, training)
        losses = self._denoising_loss.errors(images, noise, inputs, output)
        if fraction is None:
            return losses
        return losses + self._denoising_loss.bounds(
            images, inputs, output, fraction, uniform
        )


def _by_noise(losses, uniform):
    """Returns the mean loss of each bin of noise levels over all replicas."""
    bins = tf.one_hot(tf.cast(uniform * _NOISE_BINS, tf.int32), _NOISE_BINS, axis=0)
    sums = sum_over_replicas(tf.linalg.matvec(bins, losses))
    means = sums / sum_over_replicas(tf.reduce_sum(bins, axis=1))
    names = [f"loss_by_noise/{k}_of_{_NOISE_BINS}" for k in range(1, _NOISE_BINS + 1)]
    return dict(zip(names, tf.unstack(means)))
