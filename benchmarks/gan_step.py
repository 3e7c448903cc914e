"""Times one configuration of a DCGAN's training, for `benchmarks.gan`.

    python -m benchmarks.gan_step BATCH_SIZE PRECISION

The environment variable `T` is the number of threads. Trains the DCGAN of 1,732,292
parameters on 32x32x3 images, both networks a step; prints one JSON object, with the
names of the peer's figures.
"""

import json
import os
import sys
import time

from apps import runner

with runner.heavy_imports("gan"):
    import keras
    import numpy as np
    import tensorflow as tf

    from kerazoo.models.gan.gan import GAN
    from kerazoo.models.gan.networks.dcgan_discriminator import DCGANDiscriminator
    from kerazoo.models.gan.networks.dcgan_generator import DCGANGenerator

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
    """Returns the seconds of the first step, and images by wall and processor second.

    Steps are taken many in a call, as the trainer does.
    """
    shape = (_NUM_BATCHES, batch_size, *_IMAGE_SHAPE)
    batches = tf.random.uniform(shape, minval=-1, maxval=1)

    @tf.function
    def take_steps(steps):
        losses = tf.TensorArray(tf.float32, steps)
        for i in tf.range(steps):
            metrics = model.train_step(batches[i % _NUM_BATCHES])
            losses = losses.write(i, tf.cast(metrics["loss"], tf.float32))
        return losses.stack()

    def seconds(steps):
        wall, processor = time.perf_counter(), time.process_time()
        losses = take_steps(tf.constant(steps)).numpy()
        if not np.isfinite(losses).all():
            raise FloatingPointError(f"Expected finite losses. Received: {losses}")
        return time.perf_counter() - wall, time.process_time() - processor

    first = seconds(1)[0]
    seconds(_STEPS_PER_CALL)
    times = np.median([seconds(_STEPS_PER_CALL) for _ in range(_CALLS)], axis=0)
    rate, processor_rate = batch_size * _STEPS_PER_CALL / times
    return first, rate, processor_rate


def main(batch_size, precision):
    threads = int(os.environ["T"])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
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
