"""A small model of images 8x8, untrained, and images to train it on."""

import functools

import numpy as np

from kerazoo.models.diffusion import NetworkConfig
from kerazoo.models.diffusion import make_diffusion


def names():
    return {"images": images(), "model": model()}


def images():
    return np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


@functools.cache
def model():
    network = NetworkConfig("dit", hidden_size=16, num_layers=1)
    return make_diffusion((8, 8, 1), network=network)
