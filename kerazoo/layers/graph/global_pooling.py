"""Pooling of node features into one vector per graph."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.segment_ops import segment_max
from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor

POOLING = {"sum": segment_sum, "mean": segment_mean, "max": segment_max}


@keras.saving.register_keras_serializable(package="kerazoo")
class GlobalPooling(keras.layers.Layer):
    r"""Reduces the node features of each graph of a batch to one vector.

    Mode `"attention"` computes \(\sum_i \mathrm{softmax}_i(a^T x_i)\, x_i\) over the
    nodes of each graph, after Equation 7 of
    [Li et al., 2016](https://arxiv.org/abs/1511.05493) with a softmax for its sigmoid.
    Graphs without nodes get 0.

    Args:
        mode: `"sum"`, `"mean"`, `"max"` or `"attention"`.

    Call arguments:
        node_features: float `(N, D)`.
        graph_ids: int `(N,)`. Graph that each node belongs to.
        num_graphs: int, or on TensorFlow a scalar tensor, given by name. Number of
            graphs B.

    Returns:
        float `(B, D)`.

    Raises:
        ValueError: If `mode` is unknown or `node_features` is not a matrix.

    Example:

    ```python
    layer = GlobalPooling("mean")
    layer(np.ones((3, 8)), np.array([0, 0, 1]), num_graphs=2)  # (2, 8)
    ```
    """

    def __init__(self, mode: str = "sum", **kwargs: typing.Any):
        super().__init__(**kwargs)
        if mode not in {*POOLING, "attention"}:
            raise ValueError(
                f"`mode` must be one of {', '.join(POOLING)}, attention. "
                f"Received: mode={mode}"
            )
        self.mode = mode

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        if self.mode == "attention":
            self.gate = self.add_weight(name="gate", shape=(size, 1))

    def call(
        self, node_features: Tensor, graph_ids: Tensor, num_graphs: int | Tensor
    ) -> Tensor:
        if self.mode != "attention":
            return POOLING[self.mode](node_features, graph_ids, num_graphs)
        scores = ops.matmul(node_features, self.gate)  # (N, 1)
        attention = segment_softmax(scores, graph_ids, num_graphs)
        return segment_sum(attention * node_features, graph_ids, num_graphs)

    def compute_output_spec(
        self, node_features: Tensor, graph_ids: Tensor, num_graphs: int | Tensor
    ) -> keras.KerasTensor:
        num_graphs = num_graphs if isinstance(num_graphs, int) else None
        shape = (num_graphs, node_features.shape[1])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "mode": self.mode}
