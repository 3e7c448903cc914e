"""SchNet: atoms by continuous filters of their distances."""

import typing

import keras

from kerazoo.layers.graph.schnet_block import SchNetBlock
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.spatial_encoder import Pairs
from kerazoo.models.gnn.spatial_encoder import SpatialEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class SchNetEncoder(SpatialEncoder):
    """Stack of `SchNetBlock`s, each with weights of its own.

    [Schütt et al., 2017](https://arxiv.org/abs/1706.08566).

    Args:
        **kwargs: See `SpatialEncoder`.

    Example:

    ```python
    from kerazoo.models.gnn import SchNetEncoder

    encoder = SchNetEncoder(hidden_size=16)
    pairs = {"source": np.array([0, 1]), "target": np.array([1, 0])}
    positions = np.array([[0, 0, 0], [0, 0, 0.74]], "float32")
    encoder({"atomic_numbers": np.array([1, 1]), "positions": positions, **pairs})
    ```
    """

    def __init__(self, *args: typing.Any, **kwargs: typing.Any):
        super().__init__(*args, **kwargs)
        self.blocks = [SchNetBlock(self.hidden_size) for _ in range(self.num_layers)]

    def build(self, input_shape: typing.Any = None) -> None:
        super().build()
        for block in self.blocks:
            block.build((None, self.hidden_size), (None, self.num_radial))

    def interact(self, features: Tensor, positions: Tensor, pairs: Pairs) -> Tensor:
        for block in self.blocks:
            features = block(
                features, pairs.source, pairs.target, pairs.radial, pairs.envelope
            )
        return features
