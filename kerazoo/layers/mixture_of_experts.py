"""Perceptrons of which each token takes a few."""

import typing

import keras
from keras import ops

from kerazoo.layers.dropout import Dropout
from kerazoo.layers.feed_forward import ACTIVATIONS
from kerazoo.layers.feed_forward import GATES
from kerazoo.layers.feed_forward import activated
from kerazoo.layers.in_place import writes_in_place
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class MixtureOfExperts(keras.layers.Layer):
    r"""Maps each token by the k best of E perceptrons, weighted.

    Computes \(\sum_{e \in T(x)} g_e(x) f_e(x)\): a router gives each expert \(f_e\), a
    `FeedForward`, a logit, T are the k largest and g the softmax over them, Equations 1
    and 2 of [Jiang et al., 2024](https://arxiv.org/abs/2401.04088); with k = 1 the
    expert's probability among all, Equation 2 of
    [Fedus et al., 2022](https://arxiv.org/abs/2101.03961). No token is ever dropped, so
    that a text is the same token by token and at once. Only the experts that are taken
    are computed, but where shapes must be known before (JAX, XLA).

    In training it adds the loss that spreads tokens over experts,
    \(\alpha E \sum_e f_e P_e\) of the share \(f_e\) of choices and the mean
    probability \(P_e\) of each expert, their Equation 4, over the tokens of one
    replica.

    Args:
        num_experts: int E.
        feed_forward_size: int. Width inside each expert.
        experts_per_token: int k, at most E.
        activation: "relu", "gelu", "silu", "swiglu" or "geglu".
        dropout: float in [0, 1). Dropout rate of the hidden layers.
        use_bias: bool. Adds biases to both maps of each expert.
        balance: float. \(\alpha\), 0 for no such loss.

    Call arguments:
        inputs: float `(..., D)`.
        training: bool or None.

    Returns:
        float `(..., D)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    layer = MixtureOfExperts(num_experts=8, feed_forward_size=64)
    layer(np.ones((2, 10, 32)))  # (2, 10, 32)
    ```
    """

    def __init__(
        self,
        num_experts: int,
        feed_forward_size: int,
        experts_per_token: int = 2,
        activation: str = "gelu",
        dropout: float = 0.0,
        use_bias: bool = True,
        balance: float = 0.01,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if not 1 <= experts_per_token <= num_experts:
            raise ValueError(
                "`experts_per_token` must be from 1 to `num_experts`. Received: "
                f"experts_per_token={experts_per_token}, num_experts={num_experts}"
            )
        if feed_forward_size < 1:
            raise ValueError(
                "`feed_forward_size` must be positive. "
                f"Received: feed_forward_size={feed_forward_size}"
            )
        if activation not in (*ACTIVATIONS, *GATES):
            raise ValueError(
                f"`activation` must be one of {[*ACTIVATIONS, *GATES]}. "
                f"Received: activation={activation!r}"
            )
        if not balance >= 0:
            raise ValueError(
                f"`balance` must be 0 or more. Received: balance={balance}"
            )
        self.num_experts = num_experts
        self.feed_forward_size = feed_forward_size
        self.experts_per_token = experts_per_token
        self.activation = activation
        self.dropout = dropout
        self.use_bias = use_bias
        self.balance = balance

    def build(self, inputs_shape):
        size, inner = inputs_shape[-1], self.feed_forward_size
        parts = 2 if self.activation in GATES else 1
        # Choices must not depend on the precision.
        self.router = keras.layers.Dense(
            self.num_experts, use_bias=False, dtype="float32", name="router"
        )
        self.router.build((None, size))
        self.hidden = self._experts("hidden", size, inner, parts)
        self.projection = self._experts("projection", inner, size)
        self.hidden_bias = self.projection_bias = None
        if self.use_bias:
            self.hidden_bias = self._biases("hidden_bias", parts * inner)
            self.projection_bias = self._biases("projection_bias", size)
        self.dropout_layer = Dropout(
            self.dropout, dtype=self.dtype_policy, name="dropout"
        )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        x = ops.reshape(inputs, (-1, inputs.shape[-1]))
        logits = self.router(ops.cast(x, "float32"))
        best, chosen = ops.top_k(logits, self.experts_per_token)  # (N, k)
        if training and self.balance:
            self.add_loss(self.balance * self._imbalance(logits, chosen))
        gates = ops.cast(self._gates(logits, best), x.dtype)
        combine = self._of_chosen if self._knows_shapes_late() else self._of_all
        outputs = combine(x, ops.cast(chosen, "int32"), gates, training)
        return ops.reshape(outputs, ops.shape(inputs))

    def compute_output_shape(self, inputs_shape):
        return tuple(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "num_experts": self.num_experts,
            "feed_forward_size": self.feed_forward_size,
            "experts_per_token": self.experts_per_token,
            "activation": self.activation,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "balance": self.balance,
        }

    def _experts(self, name, size, units, parts=1):
        """Returns the kernels of all experts, each with Glorot's bounds of one."""
        limit = (6 / (size + units)) ** 0.5
        return self.add_weight(
            shape=(self.num_experts, size, parts * units),
            initializer=keras.initializers.RandomUniform(-limit, limit),
            name=name,
        )

    def _biases(self, name, units):
        shape = (self.num_experts, units)
        return self.add_weight(shape=shape, initializer="zeros", name=name)

    @staticmethod
    def _knows_shapes_late():
        return keras.backend.backend() == "torch" or writes_in_place()

    def _gates(self, logits, best):
        if self.experts_per_token > 1:
            return ops.softmax(best, axis=-1)
        # Of one alone the router would learn nothing.
        return ops.max(ops.softmax(logits, axis=-1), axis=-1, keepdims=True)

    def _imbalance(self, logits, chosen):
        """Returns 1 where all experts are taken alike, and more where they are not."""
        is_chosen = ops.one_hot(chosen, self.num_experts, dtype="float32")  # (N, k, E)
        share = ops.mean(is_chosen, axis=(0, 1))
        probability = ops.mean(ops.softmax(logits, axis=-1), axis=0)
        return self.num_experts * ops.sum(ops.stop_gradient(share) * probability)

    def _of_chosen(self, x, chosen, gates, training):
        """Computes each expert for its own tokens, one after the other."""
        count = self.experts_per_token
        experts = ops.reshape(chosen, (-1,))
        order = ops.argsort(experts)  # Pairs of token and expert, by expert.
        taken = ops.take(x, order // count, axis=0)
        numbers = ops.one_hot(experts, self.num_experts, dtype="int32")
        ends = ops.cumsum(ops.sum(numbers, axis=0))
        outputs = []
        for expert in range(self.num_experts):
            start = ends[expert - 1] if expert else 0
            tokens = taken[start : ends[expert]]
            outputs.append(self._expert(expert, tokens, training))
        outputs = ops.concatenate(outputs, axis=0)
        in_place = ops.take(outputs, ops.argsort(order), axis=0)
        by_token = ops.reshape(in_place, (-1, count, x.shape[-1]))
        return ops.sum(by_token * gates[..., None], axis=1)

    def _of_all(self, x, chosen, gates, training):
        """Computes all experts for all tokens."""
        is_chosen = ops.one_hot(chosen, self.num_experts, dtype=x.dtype)
        weights = ops.sum(is_chosen * gates[..., None], axis=1)  # (N, E)
        outputs = 0.0
        for expert in range(self.num_experts):
            own = self._expert(expert, x, training)
            outputs = outputs + own * weights[:, expert : expert + 1]
        return outputs

    def _expert(self, expert, x, training):
        hidden = ops.matmul(x, ops.cast(self.hidden[expert], x.dtype))
        if self.use_bias:
            hidden = hidden + ops.cast(self.hidden_bias[expert], x.dtype)
        hidden = activated(hidden, self.activation)
        hidden = self.dropout_layer(hidden, training=training)
        outputs = ops.matmul(hidden, ops.cast(self.projection[expert], x.dtype))
        if self.use_bias:
            outputs = outputs + ops.cast(self.projection_bias[expert], x.dtype)
        return outputs
