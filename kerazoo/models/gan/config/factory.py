"""A `GAN` of configurations."""

from kerazoo.models.gan.config.augmentation_config import AugmentationConfig
from kerazoo.models.gan.config.network_config import NetworkConfig
from kerazoo.models.gan.config.training_config import TrainingConfig
from kerazoo.models.gan.gan import GAN
from kerazoo.training.replica_noise import separate_noise


def make_gan(
    sample_shape: tuple[int, ...],
    num_classes: int | None = None,
    train_steps: int = 1_000,
    networks: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    augmentation: AugmentationConfig | None = None,
) -> GAN:
    """Makes a GAN and compiles it; in the scope of a strategy, for its replicas.

    Args:
        sample_shape: Shape of an example: `(H, W, C)` of images, `(D,)` of points.
        num_classes: Classes of the examples, or None.
        train_steps: Steps of the generator in all, for schedules.
        networks: `NetworkConfig`.
        training: `TrainingConfig`.
        augmentation: `AugmentationConfig`.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.models.gan import NetworkConfig, make_gan

    model = make_gan((8, 8, 1), networks=NetworkConfig(base_width=8))
    ```
    """
    networks = networks or NetworkConfig()
    training = training or TrainingConfig()
    augmentation = augmentation or AugmentationConfig()
    penalties = max(training.r1, training.r2, training.gradient_penalty)
    if penalties and networks.discriminator_normalization == "batch":
        raise ValueError(
            "`discriminator_normalization` batch mixes the examples, whose slopes the "
            "penalties take one by one: use none or spectral, or no penalties. "
            f"Received: discriminator_normalization=batch, r1={training.r1:g}, "
            f"r2={training.r2:g}, gradient_penalty={training.gradient_penalty:g}"
        )
    model = GAN(
        *networks.make(sample_shape, num_classes),
        latent_size=networks.latent_size,
        loss=training.adversarial_loss,
        r1=training.penalty(training.r1, train_steps),
        r2=training.penalty(training.r2, train_steps),
        gradient_penalty=training.gradient_penalty,
        discriminator_steps=training.discriminator_steps,
        num_classes=num_classes,
        augmentation=augmentation.make(sample_shape),
        augment_probability=augmentation.probability(),
        average_decay=training.average_decay(),
        max_gradient_norm=training.max_gradient_norm or None,
    )
    optimizer, discriminator_optimizer = training.optimizers(train_steps)
    model.compile(optimizer, discriminator_optimizer=discriminator_optimizer)
    separate_noise(model.generator)
    separate_noise(model.discriminator)
    return model
