"""Small GANs for tests."""

import keras

from kerazoo.models.gan.gan import GAN
from kerazoo.models.gan.networks import MLPDiscriminator
from kerazoo.models.gan.networks import MLPGenerator


def tiny_gan(
    shape=(2, 3, 1),
    rate=0.1,
    num_classes=None,
    batch_normalization=True,
    optimizer=keras.optimizers.SGD,
    **kwargs,
):
    """Returns a compiled GAN whose weights are the same each time."""
    keras.utils.set_random_seed(0)
    model = GAN(
        MLPGenerator(
            shape,
            4,
            (8,),
            num_classes=num_classes,
            batch_normalization=batch_normalization,
        ),
        MLPDiscriminator((8,), num_classes=num_classes),
        latent_size=4,
        num_classes=num_classes,
        **kwargs,
    )
    model.compile(optimizer(rate), discriminator_optimizer=optimizer(rate))
    return model
