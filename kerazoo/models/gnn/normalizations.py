"""The normalisations between graph convolutions."""

import keras

from kerazoo import layers
from kerazoo.layers.tensor import Tensor

NORMALIZATIONS = ("none", "batch", "layer", "pair")


def make_normalization(name: str) -> keras.layers.Layer | None:
    """Makes the layer of a name of `NORMALIZATIONS`; None for `"none"`."""
    match name:
        case "batch":
            return layers.MaskedBatchNormalization(momentum=0.9, synchronized=True)
        case "layer":
            return keras.layers.LayerNormalization()
        case "pair":
            return layers.PairNormalization()
        case _:
            return None


def normalized(
    layer: keras.layers.Layer | None, x: Tensor, inputs: dict[str, Tensor]
) -> Tensor:
    """Returns node features normalized by a layer of `make_normalization`.

    Args:
        layer: The layer, or None.
        x: float `(N, D)`.
        inputs: dict of the graphs' tensors, `node_mask`, `graph_ids` and `num_graphs`
            among them where there are.
    """
    if layer is None:
        return x
    if isinstance(layer, layers.MaskedBatchNormalization):
        return layer(x, mask=inputs.get("node_mask"))
    if isinstance(layer, layers.PairNormalization):
        return layer(
            x,
            graph_ids=inputs.get("graph_ids"),
            num_graphs=inputs.get("num_graphs"),
        )
    return layer(x)
