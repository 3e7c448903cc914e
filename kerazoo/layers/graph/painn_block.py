"""Message and update of PaiNN: scalars and vectors of each atom."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.edge_mask import masked
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.tensor import Tensor

_LEAST = 1e-8  # Under the root of a vector's length, which has no gradient at 0.


@keras.saving.register_keras_serializable(package="kerazoo")
class PaiNNBlock(keras.layers.Layer):
    r"""Polarizable atom interaction: scalars \(s\) and vectors \(v\) tell each other.

    The message sums over the neighbours, with \(\phi\) of a neighbour's scalars and
    filters \(w\) of the distance with its cutoff,
    \(\Delta s_i = \sum_j \phi_s w_s\) and
    \(\Delta v_i = \sum_j v_j \circ \phi_{vv} w_{vv} + \phi_{vs} w_{vs} \hat r_{ij}\);
    the update mixes both within each atom
    ([Schütt et al., 2021](https://arxiv.org/abs/2102.03150), Equations 7 to 10).

    Args:
        units: int. Width F of scalars and vectors.

    Call arguments:
        scalars: float `(N, F)`.
        vectors: float `(N, 3, F)`.
        source, target: int `(E,)`. Ends of the edges.
        directions: float `(E, 3)`. Unit vectors from target to source.
        radial: float `(E, K)`. Distances, as `RadialBasis` expands them.
        envelope: float `(E,)`. Cutoff of each edge, from 0 to 1.

    Returns:
        float `(N, F)` and `(N, 3, F)`. When all atoms are turned or mirrored, the
        scalars stay and the vectors turn with them.

    Raises:
        ValueError: If `units` is not positive.

    Example:

    ```python
    distances, directions = edge_vectors(positions, source, target)
    radial = RadialBasis(20, cutoff=5.0, basis="bessel")(distances)
    envelope = cosine_cutoff(distances, 5.0)
    state = np.ones((3, 8), "float32"), np.zeros((3, 3, 8), "float32")
    scalars, vectors = PaiNNBlock(8)(
        *state, source, target, directions, radial, envelope
    )
    ```
    """

    def __init__(self, units: int, **kwargs: typing.Any):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        self.units = units
        dense = keras.layers.Dense
        self.filter = dense(3 * units, name="filter")
        self.message_hidden = dense(units, "silu", name="message_hidden")
        self.message = dense(3 * units, name="message")
        self.mix = dense(2 * units, use_bias=False, name="mix")
        self.update_hidden = dense(units, "silu", name="update_hidden")
        self.update = dense(3 * units, name="update")

    def build(
        self,
        scalars_shape: tuple[int | None, ...],
        radial_shape: tuple[int | None, ...],
    ) -> None:
        units = self.units
        self.filter.build(radial_shape)
        for layer in (self.message_hidden, self.message, self.update):
            layer.build((None, units))
        self.mix.build((None, 3, units))
        self.update_hidden.build((None, 2 * units))

    def call(
        self,
        scalars: Tensor,
        vectors: Tensor,
        source: Tensor,
        target: Tensor,
        directions: Tensor,
        radial: Tensor,
        envelope: Tensor,
    ) -> tuple[Tensor, Tensor]:
        num_nodes = ops.shape(scalars)[0]
        filters = self.filter(radial) * ops.expand_dims(envelope, -1)
        gates = self.message(self.message_hidden(scalars))
        gates = masked(ops.take(gates, source, axis=0) * filters)
        to_scalars, to_vectors, along = ops.split(gates, 3, axis=-1)
        moved = ops.take(vectors, source, axis=0) * ops.expand_dims(to_vectors, 1)
        moved = moved + ops.expand_dims(along, 1) * ops.expand_dims(directions, -1)
        received = segment_sum(
            ops.reshape(moved, (-1, 3 * self.units)), target, num_nodes
        )
        scalars = scalars + segment_sum(to_scalars, target, num_nodes)
        vectors = vectors + ops.reshape(received, (-1, 3, self.units))

        left, right = ops.split(self.mix(vectors), 2, axis=-1)
        lengths = ops.sqrt(ops.sum(ops.square(left), axis=1) + _LEAST)
        both = ops.concatenate([scalars, lengths], axis=-1)
        gates = self.update(self.update_hidden(both))
        of_scalars, of_products, of_vectors = ops.split(gates, 3, axis=-1)
        products = ops.sum(left * right, axis=1)
        scalars = scalars + of_scalars + of_products * products
        return scalars, vectors + ops.expand_dims(of_vectors, 1) * right

    def compute_output_shape(
        self,
        scalars_shape: tuple[int | None, ...],
        vectors_shape: tuple[int | None, ...],
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        return scalars_shape, vectors_shape

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "units": self.units}
