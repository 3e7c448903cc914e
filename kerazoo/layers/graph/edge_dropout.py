"""DropEdge."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class EdgeDropout(keras.layers.Layer):
    """Takes edges out of a graph in training, drawn anew in each call.

    Edges that are out have weight 0, those that stay keep theirs, so that degrees are
    those of what is left
    ([Rong et al., 2020](https://arxiv.org/abs/1907.10903), Section 3.1). The two
    directions of an edge are drawn each by itself.

    Args:
        rate: float in [0, 1). Share of the edges that are taken out.
        seed: int or None. Seed of the draws.

    Call arguments:
        source: int `(E,)`. Node that each edge comes from.
        edge_weights: float `(E,)`, or None for ones.
        training: bool. Takes edges out.

    Returns:
        float `(E,)`, the weights.

    Raises:
        ValueError: If `rate` is out of range.

    Example:

    ```python
    layer = EdgeDropout(0.5, seed=0)
    layer(np.array([0, 1, 2]), training=True)  # (3,)
    ```
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be from 0 to below 1. Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self._drop = keras.layers.Dropout(rate, seed=seed, dtype="float32")

    def build(self, source_shape: tuple[int | None, ...]) -> None:
        self._drop.build(source_shape)

    def call(
        self,
        source: Tensor,
        edge_weights: Tensor | None = None,
        training: bool = False,
    ) -> Tensor:
        if edge_weights is None:
            edge_weights = ops.ones(ops.shape(source), "float32")
        if not training or not self.rate:
            return edge_weights
        kept = self._drop(ops.ones_like(edge_weights, "float32"), training=True)
        return edge_weights * ops.cast(kept > 0, edge_weights.dtype)

    def compute_output_shape(
        self, source_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return tuple(source_shape)

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
