"""A `Diffusion` of configurations."""

from kerazoo.models.diffusion.config.network_config import NetworkConfig
from kerazoo.models.diffusion.config.noise_config import NoiseConfig
from kerazoo.models.diffusion.config.training_config import TrainingConfig
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.training.replica_noise import separate_noise


def make_diffusion(
    image_shape: tuple[int, ...],
    num_classes: int | None = None,
    train_steps: int = 1_000,
    network: NetworkConfig | None = None,
    noise: NoiseConfig | None = None,
    training: TrainingConfig | None = None,
) -> Diffusion:
    """Makes a diffusion model and compiles it; in the scope of a strategy, for it.

    Args:
        image_shape: `(H, W, C)` of an image.
        num_classes: Classes of the images, or None.
        train_steps: Optimizer steps in all, for schedules.
        network: `NetworkConfig`.
        noise: `NoiseConfig`.
        training: `TrainingConfig`.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.models.diffusion import NetworkConfig, make_diffusion

    model = make_diffusion((8, 8, 1), network=NetworkConfig(widths=(16,)))
    ```
    """
    network = network or NetworkConfig()
    noise = noise or NoiseConfig()
    training = training or TrainingConfig()
    channels = image_shape[-1]
    model = Diffusion(
        network.make(
            out_channels=2 * channels if noise.learned_variance else channels,
            num_classes=num_classes,
        ),
        image_shape,
        noise.make_schedule(),
        noise.make_parametrization(),
        weighting=noise.weighting,
        num_classes=num_classes,
        label_dropout=training.label_dropout,
        self_conditioning=training.self_conditioning,
        learned_variance=noise.learned_variance,
        average_decay=training.average_decay(),
        max_gradient_norm=training.max_gradient_norm or None,
        towers=training.towers,
    )
    model.compile(training.optimizer(train_steps))
    model.optimizer.build(model.trainable_variables)
    separate_noise(model.network)
    return model
