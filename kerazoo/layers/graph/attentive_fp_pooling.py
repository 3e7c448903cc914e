"""Pooling of a graph's nodes by attention that looks at them several times."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.attentive_fp_block import update
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor

_SLOPE = 0.01


@keras.saving.register_keras_serializable(package="kerazoo")
class AttentiveFPPooling(keras.layers.Layer):
    r"""Readout of AttentiveFP: a node of the whole graph attends to all of its nodes.

    It begins as \(s_g = \mathrm{relu}(\sum_i x_i)\) and takes some steps of

    \[c_g = \mathrm{elu}\Big(\sum_{i \in g} \mathrm{softmax}_i(\mathrm{lrelu}(
    a^T [s_g, x_i] + b_a)) \, (W x_i + b)\Big), \quad
    s_g \leftarrow \mathrm{relu}(\mathrm{GRU}(c_g, s_g))\]

    with the same weights in each
    ([Xiong et al., 2020](https://doi.org/10.1021/acs.jmedchem.9b00959), Figure 2d).

    Args:
        num_steps: int. Steps.
        dropout: float in [0, 1). Dropout rate of the context c.
        seed: int or None. Seed of the dropout.

    Call arguments:
        node_features: float `(N, D)`.
        graph_ids: int `(N,)`. Graph that each node belongs to.
        num_graphs: int, or on TensorFlow a scalar tensor, given by name. Number of
            graphs B.

    Returns:
        float `(B, D)`.

    Raises:
        ValueError: If `num_steps` is not positive, or `node_features` is not a matrix.

    Example:

    ```python
    layer = AttentiveFPPooling(num_steps=2)
    layer(np.ones((3, 8)), np.array([0, 0, 1]), num_graphs=2)  # (2, 8)
    ```
    """

    def __init__(
        self,
        num_steps: int = 2,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if num_steps < 1:
            raise ValueError(
                f"`num_steps` must be positive. Received: num_steps={num_steps}"
            )
        self.num_steps = num_steps
        self.dropout = dropout
        self.seed = seed
        self._drop = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.graph_score = self._dense(1, size, "graph_score", use_bias=False)
        self.node_score = self._dense(1, size, "node_score")
        self.value = self._dense(size, size, "value")
        self.unit = keras.layers.GRUCell(size, dtype=self.dtype_policy, name="unit")
        self.unit.build((None, size))

    def call(
        self, node_features: Tensor, graph_ids: Tensor, num_graphs: int | Tensor
    ) -> Tensor:
        values, own = self.value(node_features), self.node_score(node_features)
        state = ops.relu(segment_sum(node_features, graph_ids, num_graphs))
        for _ in range(self.num_steps):
            scores = ops.take(self.graph_score(state), graph_ids, axis=0) + own
            scores = ops.leaky_relu(scores, _SLOPE)  # (N, 1)
            attention = segment_softmax(scores, graph_ids, num_graphs)
            context = ops.elu(segment_sum(attention * values, graph_ids, num_graphs))
            state = update(self.unit, self._drop(context), state)
        return state

    def compute_output_spec(
        self, node_features: Tensor, graph_ids: Tensor, num_graphs: int | Tensor
    ) -> keras.KerasTensor:
        num_graphs = num_graphs if isinstance(num_graphs, int) else None
        shape = (num_graphs, node_features.shape[1])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_steps": self.num_steps,
            "dropout": self.dropout,
            "seed": self.seed,
        }

    def _dense(self, units, input_size, name, use_bias=True):
        dense = keras.layers.Dense(
            units, use_bias=use_bias, dtype=self.dtype_policy, name=name
        )
        dense.build((None, input_size))
        return dense
