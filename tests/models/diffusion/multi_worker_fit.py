"""One of two workers. `python -m tests.models.diffusion.multi_worker_fit FILE.npz`"""

import sys

import tests.conftest  # noqa: F401

# isort: split
import keras
import numpy as np

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import TinyNetwork
from tests.models.fit_as_worker import fit_as_worker


def make_model():
    keras.utils.set_random_seed(0)
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
    return model


if __name__ == "__main__":
    images = np.random.default_rng(0).uniform(-1, 1, (11, 2, 3, 1)).astype("float32")
    labels = np.arange(11, dtype="int32") % 3
    fit_as_worker(sys.argv[1], make_model, (images, labels), 4, validate=True)
