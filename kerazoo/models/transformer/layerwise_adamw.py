"""AdamW whose steps differ from weight to weight."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


class LayerwiseAdamW(keras.optimizers.Adam):
    r"""AdamW with a factor of the learning rate, and a first step, for each weight.

    Layer-wise learning rates, \(\eta^{l-1} = \eta^l \cdot \xi\), and gradual
    unfreezing are those of [Howard & Ruder, 2018](https://arxiv.org/abs/1801.06146),
    Sections 3.2 and 3.3. A weight whose time has not come stays what it is; its moments
    are kept meanwhile. Decay is decoupled,
    [Loshchilov & Hutter, 2019](https://arxiv.org/abs/1711.05101), and follows the
    factor, too.

    Args:
        learning_rate: float or schedule.
        decoupled_weight_decay: float.
        **kwargs: Of `keras.optimizers.Adam`.

    Example:

    ```python
    low, high = keras.Variable([1.0]), keras.Variable([1.0])
    optimizer = LayerwiseAdamW(0.1)
    optimizer.set_rates([(low, 0.5, 0), (high, 1.0, 0)])
    optimizer.apply([np.ones(1), np.ones(1)], [low, high])  # 0.95 and 0.9
    ```
    """

    def __init__(
        self,
        learning_rate: typing.Any,
        decoupled_weight_decay: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(learning_rate, **kwargs)
        self.decoupled_weight_decay = decoupled_weight_decay
        self._rates: dict[typing.Any, tuple[float, int]] = {}

    def set_rates(
        self, rates: typing.Iterable[tuple[keras.Variable, float, int]]
    ) -> None:
        """Sets the factor and the first step, from 0, of weights; all others have 1, 0.

        Args:
            rates: Triples of a variable, its factor and its first step.
        """
        self._rates = {self._var_key(v): (rate, step) for v, rate, step in rates}

    def update_step(
        self, gradient: Tensor, variable: typing.Any, learning_rate: Tensor
    ) -> None:
        factor, first_step = self._rates.get(self._var_key(variable), (1.0, 0))
        rate = factor * ops.cast(learning_rate, "float32")
        if first_step:
            rate = rate * ops.cast(self.iterations >= first_step, "float32")
        if self.decoupled_weight_decay and self._use_weight_decay(variable):
            share = ops.cast(self.decoupled_weight_decay * rate, variable.dtype)
            self.assign_sub(variable, variable * share)
        super().update_step(gradient, variable, rate)

    def get_config(self):
        return {
            **super().get_config(),
            "decoupled_weight_decay": self.decoupled_weight_decay,
        }
