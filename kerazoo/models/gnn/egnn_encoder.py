"""EGNN: atoms by messages of their distances."""

import typing

import keras

from kerazoo.layers.graph.egnn_conv import EGNNConv
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.spatial_encoder import Pairs
from kerazoo.models.gnn.spatial_encoder import SpatialEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class EGNNEncoder(SpatialEncoder):
    """Stack of `EGNNConv`s that leave the atoms where they are.

    So [Satorras et al., 2021](https://arxiv.org/abs/2102.09844), Section 5.3, predict
    properties of molecules. Messages get the squared distances, in units of the
    cutoff, and the expanded ones; they end at the cutoff.

    Args:
        **kwargs: See `SpatialEncoder`.

    Example:

    ```python
    from kerazoo.models.gnn import EGNNEncoder

    encoder = EGNNEncoder(hidden_size=16)
    pairs = {"source": np.array([0, 1]), "target": np.array([1, 0])}
    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    encoder({"atomic_numbers": np.array([1, 1]), "positions": positions, **pairs})
    ```
    """

    def __init__(self, *args: typing.Any, **kwargs: typing.Any):
        super().__init__(*args, **kwargs)
        self.blocks = [
            EGNNConv(self.hidden_size, update_positions=False)
            for _ in range(self.num_layers)
        ]

    def build(self, input_shape: typing.Any = None) -> None:
        super().build()
        for block in self.blocks:
            block.build((None, self.hidden_size), (None, self.num_radial))

    def interact(self, features: Tensor, positions: Tensor, pairs: Pairs) -> Tensor:
        positions = positions / self.cutoff  # Squares up to 1 and not to 25.
        for block in self.blocks:
            features, _ = block(
                features,
                positions,
                pairs.source,
                pairs.target,
                pairs.radial,
                pairs.envelope,
            )
        return features
