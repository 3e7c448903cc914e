"""Models of graphs of several sets, of configurations."""

import logging
import typing

from kerazoo.models.gnn.config.encoder_config import EncoderConfig
from kerazoo.models.gnn.convolutions import CONVOLUTIONS
from kerazoo.models.gnn.hetero_encoder import HETERO_CONVOLUTIONS
from kerazoo.models.gnn.hetero_encoder import HeteroEncoder
from kerazoo.models.gnn.hetero_node_classifier import HeteroNodeClassifier
from kerazoo.models.gnn.hetero_spec import HeteroSpec

# What encoders of one set have alone.
_OF_ONE_SET = ("self_connection", "output_heads", "drop_edge", "jumping")


def make_hetero_classifier(
    spec: HeteroSpec,
    node_set: str,
    num_classes: int,
    encoder: EncoderConfig | None = None,
    reverse: bool = True,
) -> HeteroNodeClassifier:
    """Makes a model of the classes of one set of nodes.

    Args:
        spec: Sets of nodes and edges.
        node_set: Set whose nodes are classified.
        num_classes: Number of classes.
        encoder: Default: two layers of `"sage"`.
        reverse: Whether messages go against the direction of the edges, too.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.models.gnn import EdgeSetSpec, HeteroSpec

    edges = EdgeSetSpec("author", "paper")
    spec = HeteroSpec({"author": 0, "paper": 8}, {"writes": edges})
    make_hetero_classifier(spec, "paper", 3, EncoderConfig("gatv2"))
    ```
    """
    encoder = encoder or EncoderConfig("sage", hidden_size=64)
    _check(spec, encoder)
    layers = HeteroEncoder(
        spec,
        node_set,
        encoder.architecture,
        encoder.hidden_size,
        encoder.num_layers,
        num_classes,
        encoder.dropout,
        encoder.activation,
        encoder.normalization,
        encoder.residual,
        reverse,
        encoder.num_heads,
        encoder.attention_dropout,
    )
    return HeteroNodeClassifier(layers, encoder.feature_normalization)


def _check(spec, encoder):
    """Refuses what has no meaning here, says what is left out of the edges."""
    if encoder.architecture not in HETERO_CONVOLUTIONS:
        raise ValueError(
            f"`architecture` of several sets of nodes or edges must be one of "
            f"{', '.join(HETERO_CONVOLUTIONS)}. "
            f"Received: architecture={encoder.architecture}"
        )
    for field in _OF_ONE_SET:
        if getattr(encoder, field) != getattr(EncoderConfig, field):
            raise ValueError(
                f"`{field}` does not go with several sets of nodes or edges. "
                f"Received: {field}={getattr(encoder, field)}"
            )
    if encoder.normalization not in ("none", "layer"):
        raise ValueError(
            "`normalization` of several sets of nodes or edges must be none or layer. "
            f"Received: normalization={encoder.normalization}"
        )
    takes = CONVOLUTIONS[encoder.architecture].takes
    pieces: typing.Any = spec.edge_sets.values()
    there = {
        "edge_weights": any(piece.weights for piece in pieces),
        "edge_features": any(piece.feature_size for piece in pieces),
    }
    for field, is_there in there.items():
        if is_there and field not in takes:
            takers = [k for k in HETERO_CONVOLUTIONS if field in CONVOLUTIONS[k].takes]
            logging.getLogger(__name__).info(
                "`architecture` %s leaves the %s of the edges out: %s take them.",
                encoder.architecture,
                field.removeprefix("edge_"),
                ", ".join(takers),
            )
