"""One network that reads a state and scores the commands that are offered in it."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.dqn.text_games.text_encoder import TextEncoder

INTERACTIONS = {"inner": "inner product", "mlp": "hidden layer of both"}


@keras.saving.register_keras_serializable(package="kerazoo")
class RelevanceNetwork(keras.Model):
    r"""Deep reinforcement relevance network: values of commands that are text.

    [He et al., 2016](https://arxiv.org/abs/1511.04636): state and command are read
    apart from each other, each becomes a vector of hidden layers of its own, and

    \[ Q(s, a) = h_s^\top h_a / \sqrt{D}, \]

    with D the width of both. Values begin near 0, as those of a game's first rewards.
    So there may be any number of commands, in any order, also such as never were in
    training. Both readers share their embeddings of words where `shared` is set.

    Args:
        vocabulary_size: int. Number of tokens V.
        embedding_size: int. Width of the readers.
        hidden_units: sequence of int. Widths of the hidden layers on both sides; their
            last is that of the vectors.
        encoder: `kind` of `TextEncoder`.
        interaction: `"inner"`, the inner product, or `"mlp"`, a hidden layer of both
            vectors and their product.

    Call arguments:
        inputs: dict of `"state"`, int `(B, S)`, and `"commands"`, int `(B, A, C)`, both
            padded with 0.
        training: bool or None. Passed on.

    Returns:
        float32 `(B, A)`.

    Raises:
        ValueError: If a name is unknown.

    Example:

    ```python
    import numpy as np
    from kerazoo.models.dqn.text_games import RelevanceNetwork

    network = RelevanceNetwork(vocabulary_size=100)
    state, commands = np.array([[4, 5, 6, 0]]), np.array([[[4, 7], [5, 0], [0, 0]]])
    network({"state": state, "commands": commands})  # (1, 3)
    ```
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int = 64,
        hidden_units: typing.Sequence[int] = (64,),
        encoder: str = "convolution",
        interaction: str = "inner",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if interaction not in INTERACTIONS:
            raise ValueError(
                f"`interaction` must be one of {', '.join(INTERACTIONS)}. "
                f"Received: interaction={interaction}"
            )
        self.vocabulary_size = vocabulary_size
        self.embedding_size = embedding_size
        self.hidden_units = tuple(hidden_units)
        self.encoder = encoder
        self.interaction = interaction
        sizes = (vocabulary_size, embedding_size, encoder)
        self.state_encoder = TextEncoder(*sizes, name="state_encoder")
        self.command_encoder = TextEncoder(*sizes, name="command_encoder")
        self.state_layers = self._hidden("state")
        self.command_layers = self._hidden("command")
        self.joint_layers = []
        if interaction == "mlp":
            width = (*self.hidden_units, embedding_size)[-1]
            self.joint_layers = [
                keras.layers.Dense(width, activation="relu", name="joint"),
                # Action values stay float32 under a mixed precision policy.
                keras.layers.Dense(
                    1, kernel_initializer=_near_zero(), dtype="float32", name="value"
                ),
            ]

    def build(self, inputs_shape=None):
        self.state_encoder.build((None, None))
        self.command_encoder.build((None, None))
        for layers in (self.state_layers, self.command_layers):
            width = self.embedding_size
            for layer in layers:
                layer.build((None, width))
                width = layer.units
        width *= 3
        for layer in self.joint_layers:
            layer.build((None, None, width))
            width = layer.units
        self.built = True

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        state, commands = inputs["state"], inputs["commands"]
        count, length = ops.shape(commands)[1:]
        s = self.state_encoder(state, training=training)
        a = self.command_encoder(ops.reshape(commands, (-1, length)), training=training)
        for layer in self.state_layers:
            s = layer(s)
        for layer in self.command_layers:
            a = layer(a)
        a = ops.reshape(ops.cast(a, "float32"), (-1, count, a.shape[-1]))
        s = ops.cast(s, "float32")[:, None]
        if not self.joint_layers:
            return ops.sum(s * a, axis=-1) / math.sqrt(a.shape[-1])
        both = ops.concatenate([ops.broadcast_to(s, ops.shape(a)), a, s * a], axis=-1)
        for layer in self.joint_layers:
            both = layer(both)
        return both[..., 0]

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape["commands"][:2])

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_size": self.embedding_size,
            "hidden_units": list(self.hidden_units),
            "encoder": self.encoder,
            "interaction": self.interaction,
        }

    def _hidden(self, name):
        # Linear at the end: an inner product needs both signs.
        last = len(self.hidden_units) - 1
        return [
            keras.layers.Dense(
                units,
                activation="relu" if i < last else None,
                kernel_initializer=(
                    _near_zero()
                    if name == "command" and i == last and self.interaction == "inner"
                    else "glorot_uniform"
                ),
                name=f"{name}_dense_{i}",
            )
            for i, units in enumerate(self.hidden_units)
        ]


def _near_zero():
    return keras.initializers.VarianceScaling(1e-2, "fan_avg")
