"""PairNorm."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class PairNormalization(keras.layers.Layer):
    r"""Keeps the mean distance of all pairs of nodes constant, so that they stay apart.

    Computes \(s \, \bar{x}_i / \sqrt{\frac{1}{N} \sum_j \|\bar{x}_j\|^2}\) of the
    centred features \(\bar{x}_i = x_i - \frac{1}{N} \sum_j x_j\), Equations 10 and 11
    of [Zhao & Akoglu, 2020](https://arxiv.org/abs/1909.12223), in each graph by itself.

    Args:
        scale: float. Root mean square s of the length of the output.
        epsilon: float. Added to the mean of squares.

    Call arguments:
        node_features: float `(N, D)`.
        graph_ids: int `(N,)`. Graph of each node, or None for one graph.
        num_graphs: int or int scalar, with `graph_ids`.

    Returns:
        float `(N, D)`.

    Example:

    ```python
    layer = PairNormalization()
    layer(np.array([[1.0, 1.0], [3.0, 1.0]]))  # (2, 2)
    ```
    """

    def __init__(self, scale: float = 1.0, epsilon: float = 1e-6, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.scale = scale
        self.epsilon = epsilon

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        pass

    def call(
        self,
        node_features: Tensor,
        graph_ids: Tensor | None = None,
        num_graphs: int | Tensor | None = None,
    ) -> Tensor:
        wide = ops.cast(node_features, "float32")

        def mean(values):
            if graph_ids is None:
                return ops.mean(values, axis=0, keepdims=True)
            means = segment_mean(values, graph_ids, num_graphs)
            return ops.take(means, graph_ids, axis=0)

        centred = wide - mean(wide)
        squares = ops.sum(ops.square(centred), axis=1, keepdims=True)
        outputs = self.scale * centred * ops.rsqrt(mean(squares) + self.epsilon)
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(node_features_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "epsilon": self.epsilon,
        }
