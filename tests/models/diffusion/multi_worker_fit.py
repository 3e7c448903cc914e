"""One of two workers: trains through `fit` and writes what has come out.

TF_CONFIG names the cluster; without it a single replica does all.
`python -m tests.models.diffusion.multi_worker_fit FILE.npz`
"""

import os
import sys

import tests.conftest  # noqa: F401

# isort: split
import keras
import numpy as np
import tensorflow as tf

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.training import strategy as strategies
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import TinyNetwork


def main(path):
    is_worker = "TF_CONFIG" in os.environ
    strategy = strategies.create("multi_worker" if is_worker else "one_device")
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = Diffusion(
            TinyNetwork(num_classes=3),
            (2, 3, 1),
            schedules.CosineSchedule(),
            parametrizations.VParametrization(),
            num_classes=3,
            label_dropout=0.5,
            self_conditioning=True,
            average_decay=HalfLifeDecay(10, ramp_up=None),
        )
        model.max_gradient_norm = 0.2
        model.compile(keras.optimizers.SGD(1.0))
    images = np.random.default_rng(0).uniform(-1, 1, (11, 2, 3, 1)).astype("float32")
    labels = np.arange(11, dtype="int32") % 3
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    options = tf.data.Options()
    policy = tf.data.experimental.AutoShardPolicy
    options.experimental_distribute.auto_shard_policy = policy.DATA
    data = data.with_options(options)
    history = model.fit(data, epochs=2, validation_data=data, verbose=0).history
    weights = {str(i): weight for i, weight in enumerate(model.get_weights())}
    np.savez(path, loss=history["loss"], val_loss=history["val_loss"], **weights)


if __name__ == "__main__":
    main(*sys.argv[1:])
