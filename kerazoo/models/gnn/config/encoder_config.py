"""Which encoder embeds the nodes of a graph."""

import dataclasses
import logging

from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
from kerazoo.models.gnn.attentive_fp_encoder import AttentiveFPEncoder
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.convolutions import CONVOLUTIONS
from kerazoo.models.gnn.dmpnn_encoder import DMPNNEncoder
from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
from kerazoo.models.gnn.graph_arrays import GraphArrays
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@dataclasses.dataclass(frozen=True)
class EncoderConfig:
    """Kind and sizes of the encoder, and what is done to the features before it.

    Args:
        architecture: A key of `CONVOLUTIONS`, or of `ENCODERS`: `"appnp"`, `"gcnii"`,
            `"dmpnn"`, `"attentive_fp"`.
        hidden_size: Width of the hidden layers, of all heads together.
        num_layers: Number of convolutions; appnp: of dense layers; dmpnn: of states
            that an edge goes through.
        dropout: Share of features dropped before each layer in training.
        num_heads: gat, gatv2, transformer: attention heads.
        attention_dropout: The same: share of attention dropped in training.
        output_heads: gat, gatv2: attention heads of the last layer, averaged.
        activation: Between convolutions.
        normalization: Between convolutions: `"none"`, `"batch"`, `"layer"` or `"pair"`.
        residual: Adds the input of a convolution to its output.
        self_connection: Adds a dense layer of a convolution's input.
        feature_normalization: `"none"`, or `"row"` to divide each node's features by
            the sum of their absolute values.
        teleport: Alpha of appnp, gcnii and ssgc: share of the start.
        propagation_steps: K of appnp: steps of propagation.
        identity_decay: Lambda of gcnii: how fast layers near the identity.
        filter_steps: K of sgc, ssgc, tag, chebyshev and arma: steps of a convolution.
        drop_edge: Share of edges taken out in each step of training.
        jumping: How the outputs of all convolutions make that of the encoder:
            `"none"`, `"concatenate"` or `"max"`.

    Example:

    ```python
    from kerazoo.models.gnn.config import EncoderConfig

    encoder = EncoderConfig("gat", hidden_size=64).make(output_units=7)
    ```
    """

    architecture: str = "gcn"
    hidden_size: int = 16
    num_layers: int = 2
    dropout: float = 0.5
    num_heads: int = 8
    attention_dropout: float = 0.0
    output_heads: int = 1
    activation: str = "relu"
    normalization: str = "none"
    residual: bool = False
    self_connection: bool = False
    feature_normalization: str = "none"
    teleport: float = 0.1
    propagation_steps: int = 10
    identity_decay: float = 0.5
    filter_steps: int = 2
    drop_edge: float = 0.0
    jumping: str = "none"

    @property
    def num_hops(self) -> int:
        """How many edges away the nodes are that the output of a node depends on."""
        if self.architecture == "appnp":
            return self.propagation_steps
        kind = CONVOLUTIONS.get(self.architecture)
        is_filter = kind is not None and "filter_steps" in kind.options
        return self.num_layers * (self.filter_steps if is_filter else 1)

    @property
    def has_own_readout(self) -> bool:
        """Whether only the last layer's output is read out, not that of each."""
        return self.architecture in _OF_GRAPHS

    def make(
        self, output_units: int | None = None, return_all: bool = False
    ) -> GraphEncoder:
        """Makes the encoder.

        Args:
            output_units: Width of the output; None for `hidden_size`.
            return_all: Returns every layer's output, for a `GraphPredictor`, where the
                encoder has them.

        Raises:
            ValueError: If the architecture is unknown, or has no outputs of its layers.
        """
        if return_all and self.architecture in ENCODERS and not self.has_own_readout:
            raise ValueError(
                f"`architecture` {self.architecture} is for nodes and links: use one "
                f"of {', '.join((*_convolutions(), *_OF_GRAPHS))}. "
                f"Received: architecture={self.architecture}"
            )
        if self.architecture in ENCODERS:
            return ENCODERS[self.architecture](self, output_units)
        self._check_name()
        return ConvolutionEncoder(
            self.architecture,
            self.hidden_size,
            self.num_layers,
            output_units,
            self.dropout,
            self.activation,
            self.normalization,
            self.residual,
            self.self_connection,
            return_all,
            self.drop_edge,
            "none" if return_all else self.jumping,
            num_heads=self.num_heads,
            output_heads=self.output_heads,
            attention_dropout=self.attention_dropout,
            filter_steps=self.filter_steps,
            teleport=self.teleport,
        )

    def check_graph(self, graph: GraphArrays, name: str) -> None:
        """Refuses a graph without what is needed, says what is left out of it.

        That is said through `logging`.

        Args:
            graph: The graph.
            name: What errors call it.

        Raises:
            ValueError: If there are no features of edges, where they are needed, or the
                architecture is unknown.
        """
        self._check_name()
        kind = _convolutions().get(self.architecture)
        if kind and kind.needs_edge_features and graph.edge_features is None:
            raise ValueError(
                f"`architecture` {self.architecture} needs features of edges, which "
                f"{name} does not have: use gin. "
                f"Received: architecture={self.architecture}"
            )
        for field in ("edge_features", "edge_weights"):
            takers = [name for name, takes in _taken().items() if field in takes]
            if getattr(graph, field) is None or self.architecture in takers:
                continue
            logging.getLogger(__name__).info(
                "`architecture` %s leaves the %s of the edges out: %s take them.",
                self.architecture,
                field.removeprefix("edge_"),
                ", ".join(takers),
            )

    def _check_name(self):
        if self.architecture not in _taken():
            raise ValueError(
                f"`architecture` must be one of {', '.join(_taken())}. "
                f"Received: architecture={self.architecture}"
            )


def _convolutions():
    """Returns the convolutions that do not tell types of edges: datasets have one."""
    return {k: v for k, v in CONVOLUTIONS.items() if "edge_types" not in v.takes}


def _taken():
    """Returns what each architecture takes of the edges."""
    takes = {name: kind.takes for name, kind in _convolutions().items()}
    takes |= dict.fromkeys(ENCODERS, ("edge_weights",))
    return {**takes, **dict.fromkeys(_OF_GRAPHS, ("edge_features",))}


def _appnp(config, output_units):
    return APPNPEncoder(
        config.hidden_size,
        config.num_layers,
        output_units,
        config.dropout,
        num_steps=config.propagation_steps,
        teleport=config.teleport,
    )


def _gcnii(config, output_units):
    return GCNIIEncoder(
        config.hidden_size,
        config.num_layers,
        output_units,
        config.dropout,
        teleport=config.teleport,
        identity_decay=config.identity_decay,
    )


def _dmpnn(config, output_units):
    return DMPNNEncoder(
        config.hidden_size,
        config.num_layers,
        output_units,
        config.dropout,
        config.activation,
    )


def _attentive_fp(config, output_units):
    return AttentiveFPEncoder(
        config.hidden_size, config.num_layers, output_units, config.dropout
    )


# Encoders that are no stack of convolutions: name to a function of the configuration
# and the width of the output. They take the weights of the edges, but for those that
# are for whole graphs, too, which take their features.
ENCODERS = {
    "appnp": _appnp,
    "gcnii": _gcnii,
    "dmpnn": _dmpnn,
    "attentive_fp": _attentive_fp,
}
_OF_GRAPHS = ("dmpnn", "attentive_fp")
