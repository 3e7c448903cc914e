"""How fast an average of the weights forgets, in images and not in steps."""

import math
import typing

import keras
import numpy as np
from keras import ops

Scalar: typing.TypeAlias = typing.Any  # A number, or a scalar tensor of any backend.


class AverageDecay:
    """How much a moving average keeps of itself and takes of the new weights."""

    def share(self, step: Scalar, batch_size: Scalar | None = None) -> Scalar:
        """Returns the weight of the new weights against the old average.

        Args:
            step: Number of the optimizer step, from 1.
            batch_size: Images of a step, over all replicas.

        Returns:
            float32 scalar. Exact also where it is small beside 1.
        """
        raise NotImplementedError

    def __call__(self, step: Scalar, batch_size: Scalar | None = None) -> Scalar:
        return 1 - self.share(step, batch_size)

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="kerazoo")
class HalfLifeDecay(AverageDecay):
    """Exponential moving average with a half-life.

    An image counts half as much as one seen `half_life` images later, whatever the
    batch size. At first the half-life is a share of what has been seen, so that the
    initial weights are forgotten
    ([Karras et al., 2022](https://arxiv.org/abs/2206.00364), Appendix F.2 and its
    published code).

    Args:
        half_life: float. In images.
        ramp_up: float or None. Greatest half-life as a share of the images seen.

    Call arguments:
        step: Number of the optimizer step, from 1.
        batch_size: Images of a step, over all replicas.

    Returns:
        float32 scalar: the weight of the old average against the new weights.

    Example:

    ```python
    decay = HalfLifeDecay(half_life=500_000)
    average, weight = 1.0, 2.0
    average += decay.share(step=1_000, batch_size=256) * (weight - average)
    ```
    """

    def __init__(self, half_life: float, ramp_up: float | None = 0.05):
        if half_life <= 0:
            raise ValueError(
                f"`half_life` must be positive. Received: half_life={half_life}"
            )
        self.half_life = half_life
        self.ramp_up = ramp_up

    def share(self, step: Scalar, batch_size: Scalar | None = None) -> Scalar:
        step, batch_size = ops.cast(step, "float32"), ops.cast(batch_size, "float32")
        half_life = ops.cast(self.half_life, "float32")
        if self.ramp_up is not None:
            half_life = ops.minimum(half_life, self.ramp_up * step * batch_size)
        return -ops.expm1(-math.log(2) * batch_size / half_life)

    def get_config(self):
        return {"half_life": self.half_life, "ramp_up": self.ramp_up}


@keras.saving.register_keras_serializable(package="kerazoo")
class PowerFunctionDecay(AverageDecay):
    r"""Average whose memory is a power of the time that has passed.

    \(\beta_t = (1 - 1/t)^{\gamma + 1}\), where \(\gamma\) is chosen such that the
    weights of an average over \(t\) steps have a standard deviation of
    `relative_width` \(\cdot t\)
    ([Karras et al., 2024](https://arxiv.org/abs/2312.02696), Equations 123 to 127).

    Args:
        relative_width: float between 0 and 0.28, such as 0.05 or 0.1.

    Call arguments:
        step: Number of the optimizer step, from 1.
        batch_size: Not used.

    Returns:
        float32 scalar: the weight of the old average against the new weights.

    Example:

    ```python
    decay = PowerFunctionDecay(0.05)
    decay(1, 64)  # 0: the first weights are the average.
    ```
    """

    def __init__(self, relative_width: float = 0.05):
        if not 0 < relative_width < 12**-0.5:
            raise ValueError(
                "`relative_width` must be between 0 and 0.288. Received: "
                f"relative_width={relative_width}"
            )
        self.relative_width = relative_width
        # sigma^2 = (gamma + 1) / ((gamma + 2)^2 (gamma + 3)), solved for gamma.
        inverse = relative_width**-2
        roots = np.roots([1, 7, 16 - inverse, 12 - inverse])
        self.exponent = float(roots.real.max())

    def share(self, step: Scalar, batch_size: Scalar | None = None) -> Scalar:
        step = ops.cast(step, "float32")
        return -ops.expm1((self.exponent + 1) * ops.log1p(-1 / step))

    def get_config(self):
        return {"relative_width": self.relative_width}


def move_average(average: keras.Model, network: keras.Model, share: Scalar) -> None:
    """Moves the weights of an average towards those of a network.

    All of them: moving statistics of normalisation belong to the weights that made
    them.

    Args:
        average: Keras model of the same architecture, built.
        network: Keras model.
        share: float scalar, such as `HalfLifeDecay(1_000).share(step, batch_size)`.

    Example:

    ```python
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    average = keras.models.clone_model(network)
    move_average(average, network, HalfLifeDecay(1_000).share(step=9, batch_size=64))
    ```
    """
    for old, new in zip(average.weights, network.weights, strict=True):
        old.assign_add(ops.cast(share, new.dtype) * (new - old))
