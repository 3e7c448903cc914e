"""A small GAN of images 8x8, untrained, and images to train it on."""

import functools

import numpy as np

from kerazoo.models.gan import NetworkConfig
from kerazoo.models.gan import make_gan


def names():
    return {"images": images(), "model": model()}


def images():
    return np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


@functools.cache
def model():
    return make_gan((8, 8, 1), networks=NetworkConfig(latent_size=16, base_width=8))
