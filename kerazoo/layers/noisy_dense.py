"""Dense layer with noise in its weights, whose scale is learnt."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class NoisyDense(keras.layers.Layer):
    r"""Linear map whose weights are noisy in training, to explore with.

    Computes \(y = (\mu^w + \sigma^w \odot \varepsilon^w)\, x + \mu^b + \sigma^b \odot
    \varepsilon^b\), Equation 9 of
    [Fortunato et al., 2018](https://arxiv.org/abs/1706.10295), with the factorised
    noise of Equations 10 and 11: \(\varepsilon^w_{ij} = f(\varepsilon_i)
    f(\varepsilon_j)\) and \(\varepsilon^b_j = f(\varepsilon_j)\), where \(f(x) =
    \mathrm{sgn}(x) \sqrt{|x|}\) of standard normal numbers. All examples of a batch
    share the noise; every call in training draws it anew. Otherwise there is none.

    Args:
        units: int. Number of outputs U.
        activation: Activation function or its name, or None.
        sigma: float. \(\sigma_0\): all \(\sigma\) begin as
            \(\sigma_0 / \sqrt{D}\), the paper's 0.5 by default.
        seed: int or None. Seed of the initial weights and of the noise.

    Attributes:
        draw_noise: Function of a size that returns as many standard normal numbers, to
            be set where another source than the layer's own shall be used; or None.

    Call arguments:
        inputs: float `(..., D)`.
        training: bool. Whether there is noise.

    Returns:
        float `(..., U)`.

    Raises:
        ValueError: If `units` is not positive or `sigma` is negative.

    Example:

    ```python
    layer = NoisyDense(units=3, activation="relu")
    x = keras.ops.ones((8, 64))
    layer(x)  # (8, 3), always the same
    layer(x, training=True)  # Another each time.
    ```
    """

    def __init__(
        self,
        units: int,
        activation: str | typing.Callable[[Tensor], Tensor] | None = None,
        sigma: float = 0.5,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        if sigma < 0:
            raise ValueError(f"`sigma` must not be negative. Received: sigma={sigma:g}")
        self.units = units
        self.activation = keras.activations.get(activation)
        self.sigma = sigma
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.draw_noise: typing.Callable[[int], Tensor] | None = None

    def build(self, inputs_shape):
        size = inputs_shape[-1]
        limit = 1 / math.sqrt(size)
        seeds = (None, None) if self.seed is None else (self.seed, self.seed + 1)
        means = [keras.initializers.RandomUniform(-limit, limit, s) for s in seeds]
        scale = keras.initializers.Constant(self.sigma * limit)
        shape = (size, self.units)
        self.kernel = self.add_weight(shape, means[0], name="kernel")
        self.bias = self.add_weight((self.units,), means[1], name="bias")
        self.kernel_sigma = self.add_weight(shape, scale, name="kernel_sigma")
        self.bias_sigma = self.add_weight((self.units,), scale, name="bias_sigma")

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        outputs = ops.matmul(inputs, self.kernel) + self.bias
        if training:
            rows, columns = map(self._noise, self.kernel.shape)
            # (x * f(e_i)) S f(e_j): without a noisy kernel of its own.
            noise = ops.matmul(inputs * rows, self.kernel_sigma) + self.bias_sigma
            outputs = outputs + noise * columns
        return self.activation(outputs)

    def compute_output_shape(self, inputs_shape):
        return (*inputs_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "sigma": self.sigma,
            "seed": self.seed,
        }

    def _noise(self, size):
        if self.draw_noise is None:
            normal = keras.random.normal((size,), seed=self.seed_generator)
        else:
            normal = self.draw_noise(size)
        noise = ops.sign(normal) * ops.sqrt(ops.abs(normal))
        return ops.cast(noise, self.compute_dtype)
