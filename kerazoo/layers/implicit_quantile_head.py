"""Quantiles of returns at any probabilities, from an embedding of these."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.dueling_head import DuelingHead
from kerazoo.layers.noisy_dense import NoisyDense
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ImplicitQuantileHead(keras.layers.Layer):
    r"""Quantiles of the return of every action, at probabilities given with the call.

    Embeds a probability as \(\phi_j(\tau) = \mathrm{ReLU}(\sum_{i=0}^{n-1} \cos(\pi i
    \tau) w_{ij} + b_j)\), Equation 4 of
    [Dabney et al., 2018](https://arxiv.org/abs/1806.06923), multiplies the features
    with it, element by element, and maps the product to one quantile of each action.

    Args:
        num_actions: int. Number of actions A.
        num_quantiles: int. Probabilities K where none are given: the midpoints
            \((2i + 1) / 2K\) of as many equal intervals.
        hidden_units: int or None. Width of a ReLU layer after the product.
        num_cosines: int. Cosines n of the embedding.
        dueling: bool. Ends in a `DuelingHead`.
        noisy: bool. Layers after the product are `NoisyDense`.
        seed: int or None. Seed of the noisy layers.

    Call arguments:
        inputs: float `(B, D)`, features of the state.
        tau: float `(B, N)`, probabilities, or None.
        training: bool. Whether noisy layers are noisy.

    Returns:
        float `(B, A, N)`, or `(B, A, K)` without `tau`.

    Raises:
        ValueError: If a number is not positive, or `inputs` is not of rank 2.

    Example:

    ```python
    head = ImplicitQuantileHead(num_actions=3, num_quantiles=16)
    features = keras.ops.ones((8, 64))
    head(features)  # (8, 3, 16)
    head(features, tau=keras.ops.full((8, 1), 0.05))  # (8, 3, 1): 5 % are below.
    ```
    """

    def __init__(
        self,
        num_actions: int,
        num_quantiles: int = 32,
        hidden_units: int | None = None,
        num_cosines: int = 64,
        dueling: bool = False,
        noisy: bool = False,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        for name, value in (
            ("num_actions", num_actions),
            ("num_quantiles", num_quantiles),
            ("num_cosines", num_cosines),
        ):
            if value < 1:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        self.num_actions = num_actions
        self.num_quantiles = num_quantiles
        self.hidden_units = hidden_units
        self.num_cosines = num_cosines
        self.dueling = dueling
        self.noisy = noisy
        self.seed = seed

    def build(self, inputs_shape):
        if len(inputs_shape) != 2:
            raise ValueError(
                "`inputs` must have shape (batch, features). "
                f"Received: inputs.shape={tuple(inputs_shape)}"
            )
        size, policy = inputs_shape[-1], self.dtype_policy
        self.embedding = keras.layers.Dense(
            size, activation="relu", dtype=policy, name="embedding"
        )
        self.embedding.build((None, None, self.num_cosines))
        self.hidden = None
        if self.hidden_units:
            self.hidden = self._dense(self.hidden_units, "hidden", activation="relu")
            self.hidden.build((None, None, size))
            size = self.hidden_units
        if self.dueling:
            self.head = DuelingHead(
                self.num_actions,
                noisy=self.noisy,
                seed=None if self.seed is None else self.seed + 4,
                dtype=policy,
                name="head",
            )
        else:
            self.head = self._dense(self.num_actions, "head", seed=4)
        self.head.build((None, None, size))

    def call(
        self, inputs: Tensor, tau: Tensor | None = None, training: bool | None = None
    ) -> Tensor:
        x = ops.expand_dims(inputs, 1) * self.embed(tau)
        if self.hidden is not None:
            x = _call(self.hidden, x, training)
        return ops.transpose(_call(self.head, x, training), (0, 2, 1))

    def embed(self, tau: Tensor | None = None) -> Tensor:
        """Returns the embeddings of probabilities, float `(B, N, D)`.

        Args:
            tau: float `(B, N)`, or None for the midpoints, then B = 1.
        """
        if tau is None:
            count = self.num_quantiles
            tau = (ops.arange(count, dtype="float32")[None] + 0.5) / count
        # In float32: pi * 63 is more than bfloat16 can tell from its neighbours.
        steps = math.pi * ops.arange(self.num_cosines, dtype="float32")
        cosines = ops.cos(ops.cast(tau, "float32")[..., None] * steps)
        return self.embedding(ops.cast(cosines, self.compute_dtype))

    def compute_output_shape(self, inputs_shape, tau_shape=None):
        count = self.num_quantiles if tau_shape is None else tau_shape[-1]
        return (inputs_shape[0], self.num_actions, count)

    def get_config(self):
        return {
            **super().get_config(),
            "num_actions": self.num_actions,
            "num_quantiles": self.num_quantiles,
            "hidden_units": self.hidden_units,
            "num_cosines": self.num_cosines,
            "dueling": self.dueling,
            "noisy": self.noisy,
            "seed": self.seed,
        }

    def _dense(self, units, name, activation=None, seed=0):
        options = {"activation": activation, "dtype": self.dtype_policy, "name": name}
        if not self.noisy:
            return keras.layers.Dense(units, **options)
        seed = None if self.seed is None else self.seed + seed
        return NoisyDense(units, seed=seed, **options)


def _call(layer, x, training):
    if isinstance(layer, keras.layers.Dense):
        return layer(x)
    return layer(x, training=training)
