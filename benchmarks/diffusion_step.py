"""Times one configuration of the U-Net, for `benchmarks.diffusion`.

    python -m benchmarks.diffusion_step BATCH_SIZE TOWERS PRECISION SAMPLE_BATCH...

The environment variable `T` is the number of threads. Trains the U-Net of 1,623,169
parameters on 32x32x1 images and samples with 50 steps of DDIM; prints one JSON object,
with the names of the peer's figures.
"""

import json
import sys

from apps.cli import errors

with errors.heavy_imports("diffusion"):
    import keras
    import tensorflow as tf

    from benchmarks.step_timing import median_seconds
    from benchmarks.step_timing import seconds
    from benchmarks.step_timing import use_threads
    from kerazoo.models.diffusion import Diffusion
    from kerazoo.models.diffusion import EpsilonParametrization
    from kerazoo.models.diffusion import LinearSchedule
    from kerazoo.models.diffusion import UNet
    from kerazoo.models.diffusion import generate

_IMAGE_SHAPE = (32, 32, 1)
_TRAIN_STEPS = 8
_SAMPLE_STEPS = 50


def make_model(towers):
    """Makes the peer's model: epsilon of a linear schedule, no average, Adam."""
    network = UNet((32, 64, 64), blocks_per_level=2, attention_levels=(-1,))
    model = Diffusion(
        network,
        _IMAGE_SHAPE,
        LinearSchedule(),
        EpsilonParametrization(),
        towers=towers,
    )
    model.compile(keras.optimizers.Adam(2e-4))
    model.optimizer.build(model.trainable_variables)
    return model


def training(model, batch_size):
    """Returns the seconds of the first step and the median of images a second."""
    images = tf.random.normal((batch_size, *_IMAGE_SHAPE))
    step = tf.function(lambda: model.train_step((images,))["loss"])
    first, _ = seconds(lambda: step().numpy())
    wall, _ = median_seconds(_TRAIN_STEPS, lambda: step().numpy())
    return round(first, 2), batch_size / wall


def sampling(model, batch_size):
    """Returns the best seconds an image."""
    make = tf.function(
        lambda seed: generate(
            model,
            batch_size,
            seed,
            _SAMPLE_STEPS,
            sampler="ddim",
            clip=False,
            frozen=True,
        )
    )
    seed = tf.constant(0)
    make(seed)
    return min(seconds(lambda: make(seed).numpy())[0] for _ in range(2)) / batch_size


def main(batch_size, towers, precision, *sample_batches):
    towers = int(towers)
    # Towers run side by side, one thread each.
    use_threads(per_operation=1 if towers > 1 else None)
    keras.config.set_dtype_policy(precision)
    model = make_model(towers)
    # As apps.train_diffusion does; and apps.generate does not.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": towers > 1})
    first, rate = training(model, int(batch_size))
    result = {"params": model.network.count_params(), "first": first, "img_s_med": rate}
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})
    for batch in map(int, sample_batches):
        result[f"s_img_{batch}"] = sampling(model, batch)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
