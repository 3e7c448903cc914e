"""One of two workers: trains through `fit` and writes what has come out.

TF_CONFIG names the cluster; without it a single replica does all.
`python -m tests.models.gan.multi_worker_fit FILE.npz`
"""

import os
import sys

import tests.conftest  # noqa: F401

# isort: split
import numpy as np
import tensorflow as tf

from kerazoo.training import strategy as strategies
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.gan.tiny_gan import tiny_gan


def main(path):
    is_worker = "TF_CONFIG" in os.environ
    strategy = strategies.create("multi_worker" if is_worker else "one_device")
    with strategy.scope():
        model = tiny_gan(
            num_classes=3,
            average_decay=HalfLifeDecay(10, ramp_up=None),
            max_gradient_norm=0.2,
        )
    images = np.random.default_rng(0).uniform(-1, 1, (11, 2, 3, 1)).astype("float32")
    labels = np.arange(11, dtype="int32") % 3
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    options = tf.data.Options()
    policy = tf.data.experimental.AutoShardPolicy
    options.experimental_distribute.auto_shard_policy = policy.DATA
    data = data.with_options(options)
    history = model.fit(data, epochs=2, verbose=0).history
    weights = {str(i): weight for i, weight in enumerate(model.get_weights())}
    np.savez(path, loss=history["loss"], **weights)


if __name__ == "__main__":
    main(*sys.argv[1:])
