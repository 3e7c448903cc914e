"""Times one configuration of a DCGAN's training, for `benchmarks.gan`.

    python -m benchmarks.gan_step BATCH_SIZE PRECISION

The environment variable `T` is the number of threads. Trains the DCGAN of 1,732,292
parameters on 32x32x3 images, both networks a step; prints one JSON object, with the
names of the peer's figures.
"""

import json
import sys

from apps.cli import errors

with errors.heavy_imports("gan"):
    import keras
    import numpy as np
    import tensorflow as tf

    from benchmarks.step_timing import many_steps
    from benchmarks.step_timing import median_seconds
    from benchmarks.step_timing import seconds
    from benchmarks.step_timing import use_threads
    from kerazoo.models.gan import GAN
    from kerazoo.models.gan import DCGANDiscriminator
    from kerazoo.models.gan import DCGANGenerator

_IMAGE_SHAPE = (32, 32, 3)
_LATENT_SIZE = 100
_BASE_WIDTH = 64
_NUM_BATCHES = 16  # Of different images, in turn.
_CALLS = 5
_STEPS_PER_CALL = 4


def make_model():
    """Makes the peer's model: the DCGAN, softplus losses, Adam for both networks."""
    model = GAN(
        DCGANGenerator(_IMAGE_SHAPE, latent_size=_LATENT_SIZE, base_width=_BASE_WIDTH),
        DCGANDiscriminator(base_width=_BASE_WIDTH),
        latent_size=_LATENT_SIZE,
        loss="non_saturating",
        r1=0,
        r2=0,
    )
    model.compile(
        keras.optimizers.Adam(2e-4, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
    )
    return model


def training(model, batch_size):
    """Returns seconds of the first step, and images by wall and processor second."""
    shape = (_NUM_BATCHES, batch_size, *_IMAGE_SHAPE)
    batches = tf.random.uniform(shape, minval=-1, maxval=1)

    take = many_steps(lambda i: model.train_step(batches[i % _NUM_BATCHES]))
    first, _ = seconds(take, 1)
    take(_STEPS_PER_CALL)
    times = median_seconds(_CALLS, take, _STEPS_PER_CALL)
    rate, processor_rate = batch_size * _STEPS_PER_CALL / times
    return first, rate, processor_rate


def main(batch_size, precision):
    use_threads()
    keras.config.set_dtype_policy(precision)
    model = make_model()
    first, rate, processor_rate = training(model, int(batch_size))
    networks = (model.generator, model.discriminator)
    weights = [weight for n in networks for weight in n.trainable_weights]
    result = {
        "params": int(sum(np.prod(weight.shape) for weight in weights)),
        "first": first,
        "img_s_median": rate,
        "img_per_cpu_s": processor_rate,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
