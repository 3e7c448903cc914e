"""One of two workers. `python -m tests.models.gan.multi_worker_fit FILE.npz`"""

import sys

import tests.conftest  # noqa: F401

# isort: split
import numpy as np

from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.fit_as_worker import fit_as_worker
from tests.models.gan.tiny_gan import tiny_gan


def make_model():
    return tiny_gan(
        num_classes=3,
        average_decay=HalfLifeDecay(10, ramp_up=None),
        max_gradient_norm=0.2,
    )


if __name__ == "__main__":
    images = np.random.default_rng(0).uniform(-1, 1, (11, 2, 3, 1)).astype("float32")
    labels = np.arange(11, dtype="int32") % 3
    fit_as_worker(sys.argv[1], make_model, (images, labels), batch_size=4)
