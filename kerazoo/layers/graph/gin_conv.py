"""Graph isomorphism network's convolution."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.masked_batch_normalization import MaskedBatchNormalization
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class GINConv(keras.layers.Layer):
    r"""Applies a perceptron to a node's features plus the sum of its neighbours'.

    Computes \(\mathrm{MLP}((1 + \epsilon) x_i + \sum_{j \to i} x_j)\), Equation 4.1 of
    [Xu et al., 2019](https://arxiv.org/abs/1810.00826), with the MLP two dense layers,
    the first followed by batch normalization and ReLU.

    Args:
        units: int. Width of the output.
        hidden_units: int or None. Width between the dense layers; None for `units`.
        batch_normalization: bool. Normalizes the hidden features.
        learn_epsilon: bool. Trains epsilon.
        epsilon: float. Its (initial) value.
        synchronized: bool. Takes the statistics of the batch normalization over all
            replicas of a `tf.distribute` strategy (not those of a `node_mask`).
        kernel_regularizer: Regularizer of the dense layers' kernels, None for none.

    Call arguments:
        node_features: float `(N, D)`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source]. Used as it is,
            in place of `source`, `target` and `edge_weights`.
        node_mask: bool `(N,)`. Nodes that count in the batch's statistics; all if None.
            False for the nodes that pad a batch.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units` is not positive, `node_features` is not a matrix, or
            neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = GINConv(16, learn_epsilon=True)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        hidden_units: int | None = None,
        batch_normalization: bool = True,
        learn_epsilon: bool = False,
        epsilon: float = 0.0,
        synchronized: bool = False,
        kernel_regularizer: str | keras.Regularizer | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        self.units = units
        self.hidden_units = hidden_units
        self.batch_normalization = batch_normalization
        self.learn_epsilon = learn_epsilon
        self.epsilon = epsilon
        self.synchronized = synchronized
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        hidden_units = self.hidden_units or self.units
        self.hidden = self._dense(hidden_units, size, "hidden")
        if self.batch_normalization:
            self.normalization = MaskedBatchNormalization(
                momentum=0.9,
                synchronized=self.synchronized,
                dtype=self.dtype_policy,
                name="normalization",
            )
            self.normalization.build((None, hidden_units))
        self.output_dense = self._dense(self.units, hidden_units, "output")
        if self.learn_epsilon:
            self.epsilon_weight = self.add_weight(
                name="epsilon",
                shape=(),
                initializer=keras.initializers.Constant(self.epsilon),
            )

    def call(
        self,
        node_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
        node_mask: Tensor | None = None,
    ) -> Tensor:
        if adjacency is None:
            num_nodes = ops.shape(node_features)[0]
            adjacency = EdgeMatrix(source, target, edge_weights, num_nodes)
        return self.update(node_features, adjacency @ node_features, node_mask)

    def update(
        self, node_features: Tensor, aggregated: Tensor, node_mask: Tensor | None
    ) -> Tensor:
        """Returns the perceptron of the features and their neighbours' sum."""
        epsilon = self.epsilon_weight if self.learn_epsilon else self.epsilon
        hidden = self.hidden((1 + epsilon) * node_features + aggregated)
        if self.batch_normalization:
            hidden = self.normalization(hidden, mask=node_mask)
        return self.output_dense(ops.relu(hidden))

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (node_features_shape[0], self.units)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "hidden_units": self.hidden_units,
            "batch_normalization": self.batch_normalization,
            "learn_epsilon": self.learn_epsilon,
            "epsilon": self.epsilon,
            "synchronized": self.synchronized,
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }

    def _dense(self, units, input_size, name):
        dense = keras.layers.Dense(
            units,
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build((None, input_size))
        return dense
