"""What graph convolutions with additive attention share."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import check_edge_features
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.graph.normalization import add_self_loops
from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


class AttentionConv(BaseGraphConv):
    """Base class of `GATConv` and `GATv2Conv`, which differ in their scores.

    Args:
        units: int. Width C of each head.
        num_heads: int. Number of heads H.
        concat_heads: bool. Concatenates the heads; False averages them.
        attention_dropout: float in [0, 1). Dropout rate of the attention coefficients.
        feature_dropout: float in [0, 1). Dropout rate of the transformed features.
        negative_slope: float. Slope of the leaky ReLU in the scores.
        add_self_loops: bool. Lets every node attend to itself. The features of the
            added edges are the means of those of the edges to the same node.
        seed: int or None. Seed of the dropout.
        **kwargs: Of `BaseGraphConv`.
    """

    def __init__(
        self,
        units: int,
        num_heads: int = 1,
        concat_heads: bool = True,
        attention_dropout: float = 0.0,
        feature_dropout: float = 0.0,
        negative_slope: float = 0.2,
        add_self_loops: bool = True,
        seed: int | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(units, **kwargs)
        if num_heads < 1:
            raise ValueError(
                f"`num_heads` must be positive. Received: num_heads={num_heads}"
            )
        self.num_heads = num_heads
        self.concat_heads = concat_heads
        self.attention_dropout = attention_dropout
        self.feature_dropout = feature_dropout
        self.negative_slope = negative_slope
        self.add_self_loops = add_self_loops
        self.seed = seed
        self._drop_attention = keras.layers.Dropout(
            attention_dropout, seed=seed, dtype=self.dtype_policy
        )
        self._drop_features = keras.layers.Dropout(
            feature_dropout, seed=seed, dtype=self.dtype_policy
        )

    @property
    def output_units(self) -> int:
        return self.units * (self.num_heads if self.concat_heads else 1)

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        edge_features_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        size = feature_size(node_features_shape)
        self.kernel = self.add_kernel("kernel", (size, self.num_heads * self.units))
        self.edge_kernel = None
        edge_size = None if edge_features_shape is None else edge_features_shape[-1]
        self.build_scores(size, edge_size)
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None = None,
    ) -> Tensor:
        source, target = as_edges(source, target)
        check_edge_features(edge_features, self.edge_kernel)
        values = self._drop_features(
            self.split_heads(transform(node_features, self.kernel))
        )
        num_nodes = ops.shape(values)[0]
        if self.add_self_loops:
            if edge_features is not None:
                loop_features = segment_mean(edge_features, target, num_nodes)
                edge_features = ops.concatenate([edge_features, loop_features])
            source, target, _ = add_self_loops(source, target, num_nodes)
        scores = self.scores(node_features, values, source, target, edge_features)
        attention = self._drop_attention(segment_softmax(scores, target, num_nodes))
        messages = ops.take(values, source, axis=0) * attention[..., None]
        outputs = segment_sum(masked(messages), target, num_nodes)  # (N, H, C)
        if self.concat_heads:
            outputs = ops.reshape(outputs, (-1, self.output_units))
        else:
            outputs = ops.mean(outputs, axis=1)
        return self.finish(outputs)

    def build_scores(self, node_size: int, edge_size: int | None) -> None:
        """Adds the weights of the scores; `edge_kernel` unless `edge_size` is None."""
        raise NotImplementedError

    def scores(
        self,
        node_features: Tensor,
        values: Tensor,
        source: Tensor,
        target: Tensor,
        edge_features: Tensor | None,
    ) -> Tensor:
        """Returns the attention scores before the softmax, float `(E, H)`."""
        raise NotImplementedError

    def split_heads(self, features: Tensor) -> Tensor:
        """Returns `(N, H * C)` as `(N, H, C)`."""
        return ops.reshape(features, (-1, self.num_heads, self.units))

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "concat_heads": self.concat_heads,
            "attention_dropout": self.attention_dropout,
            "feature_dropout": self.feature_dropout,
            "negative_slope": self.negative_slope,
            "add_self_loops": self.add_self_loops,
            "seed": self.seed,
        }
