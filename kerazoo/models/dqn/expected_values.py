"""From distributions of returns to action values, their means."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class CategoricalMean(keras.layers.Layer):
    r"""Means of distributions over equally spaced atoms.

    \(Q(s, a) = \sum_i z_i p_i(s, a)\) with the atoms \(z_i\) from `v_min` to `v_max`
    and p the softmax of the logits,
    [Bellemare et al., 2017](https://arxiv.org/abs/1707.06887), Section 4.1.

    Args:
        v_min: float. First atom.
        v_max: float. Last atom.

    Call arguments:
        inputs: float `(..., Z)`, logits.

    Returns:
        float `(...)`.

    Example:

    ```python
    from kerazoo.models.dqn.expected_values import CategoricalMean

    CategoricalMean(-1.0, 1.0)(np.zeros((8, 3, 51)))  # (8, 3) zeros
    ```
    """

    def __init__(self, v_min: float, v_max: float, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.v_min = v_min
        self.v_max = v_max

    def call(self, inputs: Tensor) -> Tensor:
        atoms = ops.linspace(self.v_min, self.v_max, inputs.shape[-1])
        atoms = ops.cast(atoms, inputs.dtype)
        return ops.sum(ops.softmax(inputs) * atoms, axis=-1)

    def compute_output_shape(self, inputs_shape):
        return inputs_shape[:-1]

    def get_config(self):
        return {**super().get_config(), "v_min": self.v_min, "v_max": self.v_max}


@keras.saving.register_keras_serializable(package="kerazoo")
class QuantileMean(keras.layers.Layer):
    r"""Means of distributions that are given by equally probable quantiles.

    \(Q(s, a) = \frac{1}{N} \sum_i \theta_i(s, a)\),
    [Dabney et al., 2018](https://arxiv.org/abs/1710.10044), Algorithm 1.

    Call arguments:
        inputs: float `(..., N)`, quantiles.

    Returns:
        float `(...)`.

    Example:

    ```python
    from kerazoo.models.dqn.expected_values import QuantileMean

    QuantileMean()(np.zeros((8, 3, 32)))  # (8, 3)
    ```
    """

    def call(self, inputs: Tensor) -> Tensor:
        return ops.mean(inputs, axis=-1)

    def compute_output_shape(self, inputs_shape):
        return inputs_shape[:-1]


def with_means(
    model: keras.Model, mean: CategoricalMean | QuantileMean
) -> keras.Sequential:
    """Returns a model of the same layers that ends in the means of its distributions.

    Args:
        model: `keras.Model` of observations to float `(B, A, Z)`.
        mean: Layer of their means.
    """
    if type(model) is keras.Sequential:
        (inputs,) = model.inputs
        inputs = keras.Input(inputs.shape[1:], dtype=inputs.dtype)
        return keras.Sequential([inputs, *model.layers, mean], name="action_values")
    return keras.Sequential([model, mean], name="action_values")


def without_means(model: keras.Model) -> keras.Model | None:
    """Returns the part of a model before the means of its distributions.

    Args:
        model: `keras.Model` of observations to float `(B, A)`.

    Returns:
        `keras.Model` of observations to float `(B, A, Z)`, or None if it has no
        distributions.
    """
    if not isinstance(model, keras.Sequential):
        return None
    *layers, last = model.layers
    if not isinstance(last, CategoricalMean | QuantileMean):
        return None
    if len(layers) == 1 and isinstance(layers[0], keras.Model):
        return layers[0]
    (inputs,) = model.inputs
    return keras.Sequential(
        [keras.Input(inputs.shape[1:], dtype=inputs.dtype), *layers]
    )
