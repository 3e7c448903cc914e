"""How the weights of generators and discriminators begin."""

import keras


def small_normal() -> keras.initializers.Initializer:
    """Returns a normal distribution of standard deviation 0.02.

    The one of [Radford et al., 2016](https://arxiv.org/abs/1511.06434), Section 4. A
    new one each time: two layers that share an initializer begin with equal weights.
    """
    return keras.initializers.RandomNormal(stddev=0.02)
