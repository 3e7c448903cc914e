"""PaiNN: atoms with scalars and vectors."""

import typing

import keras
from keras import ops

from kerazoo.layers.graph.painn_block import PaiNNBlock
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.spatial_encoder import Pairs
from kerazoo.models.gnn.spatial_encoder import SpatialEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class PaiNNEncoder(SpatialEncoder):
    """Stack of `PaiNNBlock`s, whose scalars are the features.

    [Schütt et al., 2021](https://arxiv.org/abs/2102.03150).

    Args:
        **kwargs: See `SpatialEncoder`.

    Example:

    ```python
    from kerazoo.models.gnn import PaiNNEncoder

    encoder = PaiNNEncoder(hidden_size=16, radial_basis="bessel")
    pairs = {"source": np.array([0, 1]), "target": np.array([1, 0])}
    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    encoder({"atomic_numbers": np.array([1, 1]), "positions": positions, **pairs})
    ```
    """

    def __init__(self, *args: typing.Any, **kwargs: typing.Any):
        super().__init__(*args, **kwargs)
        self.blocks = [PaiNNBlock(self.hidden_size) for _ in range(self.num_layers)]

    def build(self, input_shape: typing.Any = None) -> None:
        super().build()
        for block in self.blocks:
            block.build((None, self.hidden_size), (None, self.num_radial))

    def interact(self, features: Tensor, positions: Tensor, pairs: Pairs) -> Tensor:
        return self.scalars_and_vectors(features, pairs)[0]

    def scalars_and_vectors(
        self, features: Tensor, pairs: Pairs
    ) -> tuple[Tensor, Tensor]:
        """Returns the scalars `(N, F)` and the vectors `(N, 3, F)` of the last block.

        Args:
            features: float `(N, F)`. Embedded elements.
            pairs: Who sees whom.
        """
        scalars = features
        vectors = ops.zeros_like(features)[:, None] * ops.ones((1, 3, 1))
        for block in self.blocks:
            scalars, vectors = block(scalars, vectors, *pairs)
        return scalars, vectors
