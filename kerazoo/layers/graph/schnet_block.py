"""The interaction block of SchNet."""

import math
import typing

import keras
from keras import ops

from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class SchNetBlock(keras.layers.Layer):
    r"""Continuous-filter convolution of atoms, added to them.

    \(x_i + \mathrm{MLP}\big(\sum_{j} W_1 x_j \circ w(d_{ij})\, f(d_{ij})\big)\) with
    filters \(w\) that a network makes of the distance and a cutoff \(f\); activations
    are shifted softplus
    ([Schütt et al., 2017](https://arxiv.org/abs/1706.08566), Figure 2; cutoff as in
    [Schütt et al., 2018](https://doi.org/10.1021/acs.jctc.8b00908)).

    Args:
        units: int. Width F of the filters.

    Call arguments:
        node_features: float `(N, D)`.
        source, target: int `(E,)`. Ends of the edges.
        radial: float `(E, K)`. Distances, as `RadialBasis` expands them.
        envelope: float `(E,)`. Cutoff of each edge, from 0 to 1.

    Returns:
        float `(N, D)`; does not change when all atoms are moved, turned or mirrored.

    Raises:
        ValueError: If `units` is not positive or the node features are not a matrix.

    Example:

    ```python
    distances, _ = edge_vectors(positions, source, target)
    radial = RadialBasis(20, cutoff=5.0)(distances)
    envelope = cosine_cutoff(distances, 5.0)
    SchNetBlock(64)(np.ones((3, 8)), source, target, radial, envelope)  # (3, 8)
    ```
    """

    def __init__(self, units: int, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        self.units = units
        self.filters = [
            keras.layers.Dense(units, shifted_softplus, name="filter_hidden"),
            keras.layers.Dense(units, name="filter"),
        ]
        self.inner = keras.layers.Dense(units, use_bias=False, name="inner")
        self.hidden = keras.layers.Dense(units, shifted_softplus, name="hidden")

    def build(
        self,
        node_features_shape: tuple[int | None, ...],
        radial_shape: tuple[int | None, ...],
    ) -> None:
        size = feature_size(node_features_shape)
        self.filters[0].build(radial_shape)
        self.filters[1].build((None, self.units))
        self.inner.build((None, size))
        self.hidden.build((None, self.units))
        self.outer = keras.layers.Dense(size, name="outer")
        self.outer.build((None, self.units))

    def call(
        self,
        node_features: Tensor,
        source: Tensor,
        target: Tensor,
        radial: Tensor,
        envelope: Tensor,
    ) -> Tensor:
        filters = radial
        for layer in self.filters:
            filters = layer(filters)
        filters = filters * ops.expand_dims(envelope, -1)
        messages = ops.take(self.inner(node_features), source, axis=0) * filters
        received = segment_sum(masked(messages), target, ops.shape(node_features)[0])
        return node_features + self.outer(self.hidden(received))

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return node_features_shape

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="kerazoo")
def shifted_softplus(x: Tensor) -> Tensor:
    r"""Returns \(\ln(\frac12 e^x + \frac12)\), which is 0 at 0 and smooth."""
    return ops.softplus(x) - math.log(2)
