"""Graph convolution with initial residual and identity mapping."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GCNIIConv(keras.layers.Layer):
    r"""Graph convolution for deep stacks, of the same width as its input.

    Computes \(\sigma(((1 - \alpha) \hat{A} H + \alpha H_0)
    ((1 - \beta) I + \beta W))\), Equation 5 of
    [Chen et al., 2020](https://arxiv.org/abs/2007.02133), with \(\hat{A}\) the
    normalized adjacency of `GCNConv`.

    Args:
        alpha: float in [0, 1]. Share of the initial features.
        beta: float in [0, 1]. Share of the weight matrix. The paper decreases it with
            the number of the layer l: `beta = log(0.5 / l + 1)`.
        normalize: bool. Adds self-loops and normalizes; False uses the edge weights as
            they are.
        activation: Name or function applied to the output, None for none.
        kernel_initializer: Initializer of the weight matrix.
        kernel_regularizer: Regularizer of the weight matrix, None for none.

    Call arguments:
        node_features: float `(N, D)`.
        initial_features: float `(N, D)`, input of the first such layer of the stack.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source]. Used as it is,
            in place of `source`, `target` and `edge_weights`.

    Returns:
        float `(N, D)`.

    Raises:
        ValueError: If `alpha` or `beta` is out of range, the features differ in width,
            or neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = GCNIIConv(alpha=0.1, beta=0.4, activation="relu")
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), np.ones((3, 8)), source, target)  # (3, 8)
    ```
    """

    def __init__(
        self,
        alpha: float = 0.1,
        beta: float = 0.5,
        normalize: bool = True,
        activation: str | Callable | None = None,
        kernel_initializer: str | keras.Initializer = "glorot_uniform",
        kernel_regularizer: str | keras.Regularizer | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        for name, value in (("alpha", alpha), ("beta", beta)):
            if not 0 <= value <= 1:
                raise ValueError(
                    f"`{name}` must be from 0 to 1. Received: {name}={value}"
                )
        self.alpha = alpha
        self.beta = beta
        self.normalize = normalize
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        initial_features_shape: tuple[int | None, ...],
    ) -> None:
        size = feature_size(node_features_shape)
        if initial_features_shape[-1] != size:
            raise ValueError(
                f"`initial_features` must have shape (nodes, {size}), as "
                "`node_features`. Received: "
                f"initial_features.shape={tuple(initial_features_shape)}"
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, size),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
        )

    def call(
        self,
        node_features: Tensor,
        initial_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
    ) -> Tensor:
        if adjacency is None:
            num_nodes = ops.shape(node_features)[0]
            adjacency = propagation_matrix(
                source, target, num_nodes, edge_weights, self.normalize
            )
        support = (1 - self.alpha) * (adjacency @ node_features)
        support = support + self.alpha * initial_features
        outputs = (1 - self.beta) * support
        outputs = outputs + self.beta * ops.matmul(support, self.kernel)
        return self.activation(outputs)

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(node_features_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "alpha": self.alpha,
            "beta": self.beta,
            "normalize": self.normalize,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }
