"""Stack of graph convolutions of one kind."""

import keras
import tensorflow as tf
from keras import ops

from kerazoo import layers
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class ConvolutionEncoder(GraphEncoder):
    """Graph convolutions one after the other, with dropout before each.

    Between two convolutions come normalisation, activation and, where the widths agree,
    the residual connection. What can be worked out from the edges alone, such as
    degrees, is worked out once for all convolutions.

    Args:
        convolution: str. One of `CONVOLUTIONS`.
        hidden_units: int. Width of the hidden nodes' features; of several heads
            together.
        num_layers: int. Number of convolutions L.
        output_units: int or None. Width of the last convolution, which then has no
            normalisation and no activation; None for `hidden_units` with both.
        dropout: float. Share of features dropped before each convolution.
        attention_dropout: float. Share of edges dropped from attention.
        activation: Name or function; a `"transformer"` has its own.
        normalization: `"none"`, `"batch"` or `"layer"`.
        residual: bool. Adds a convolution's input to its output, from the second on.
        num_heads: int. Attention heads of the hidden convolutions.
        output_heads: int. Attention heads of the last one, averaged.
        num_relations: int. Types of edges, for `"rgcn"`.
        num_bases: int or None. Matrices that the relations share, for `"rgcn"`.
        self_connection: bool. Adds a dense transformation of a convolution's input to
            its output.
        return_all: bool. Returns the list of the input and every layer's output.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`, `edge_features` `(E, De)` and
            `edge_types` `(E,)`. `node_mask` `(N,)` excludes nodes from batch
            normalization.
        adjacency: Matrix made of `propagation_edges`, in place of the edges, for the
            convolutions that have them.

    Returns:
        float `(N, output_units)`, or the list of all layers' outputs.
    """

    def __init__(
        self,
        convolution="gcn",
        hidden_units=16,
        num_layers=2,
        output_units=None,
        dropout=0.5,
        attention_dropout=0.0,
        activation="relu",
        normalization="none",
        residual=False,
        num_heads=8,
        output_heads=1,
        num_relations=1,
        num_bases=None,
        self_connection=False,
        return_all=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if convolution not in CONVOLUTIONS:
            raise ValueError(
                f"`convolution` must be one of {', '.join(CONVOLUTIONS)}. "
                f"Received: convolution={convolution}"
            )
        if convolution in _ATTENTION and hidden_units % num_heads:
            raise ValueError(
                "`hidden_units` must be a multiple of `num_heads`. Received: "
                f"hidden_units={hidden_units}, num_heads={num_heads}"
            )
        if normalization not in _NORMALIZATIONS:
            raise ValueError(
                f"`normalization` must be one of {', '.join(_NORMALIZATIONS)}. "
                f"Received: normalization={normalization}"
            )
        self.convolution = convolution
        self.hidden_units = hidden_units
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.activation = keras.activations.get(activation)
        self.normalization = normalization
        self.residual = residual
        self.num_heads = num_heads
        self.output_heads = output_heads
        self.num_relations = num_relations
        self.num_bases = num_bases
        self.self_connection = self_connection
        self.return_all = return_all
        self.input_dropout = FeatureDropout(dropout)
        self.projection = None
        if convolution == "transformer":  # Keeps its width, so it is given one.
            self.projection = FeatureDense(hidden_units)
        self.convolutions = [self._convolution(i) for i in range(num_layers)]
        self.normalizations = [
            self._normalization() if self._is_hidden(i) else None
            for i in range(num_layers)
        ]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers - 1)]
        self.connections = [
            FeatureDense(self._units(i)) if self_connection else None
            for i in range(num_layers)
        ]
        self.head = None
        if convolution == "transformer" and output_units:
            self.head = keras.layers.Dense(output_units)

    @property
    def input_layers(self):
        first = self.projection or self.convolutions[0]
        return [layer for layer in (first, self.connections[0]) if layer is not None]

    def propagation_edges(self, source, target, num_nodes, edge_weights=None):
        prepare = CONVOLUTIONS[self.convolution]
        return prepare and prepare(source, target, num_nodes, edge_weights)

    def call(self, inputs, adjacency=None):
        x = inputs["node_features"]
        if self.convolution in ("gin", "gine") and isinstance(x, tf.SparseTensor):
            x = tf.sparse.to_dense(x)  # They add features before they multiply.
        edges = self._edges(inputs, adjacency)
        mask = inputs.get("node_mask")
        outputs = [x]
        x = self.input_dropout(x)
        if self.projection is not None:
            x = self.projection(x)
        for i, convolution in enumerate(self.convolutions):
            if i:
                x = self.dropouts[i - 1](x)
            before = x
            x = convolution(before, **edges)
            if self.connections[i] is not None:
                x = x + self.connections[i](before)
            if self._is_hidden(i):
                if self.normalization == "batch":
                    x = self.normalizations[i](x, mask=mask)
                elif self.normalization == "layer":
                    x = self.normalizations[i](x)
                if self.convolution != "transformer":
                    x = self.activation(x)
                if self.residual and i and before.shape[-1] == x.shape[-1]:
                    x = x + before
            outputs.append(x)
        if self.head is not None:
            outputs.append(self.head(x))
        return outputs if self.return_all else outputs[-1]

    def get_config(self):
        names = (
            "convolution",
            "hidden_units",
            "num_layers",
            "output_units",
            "dropout",
            "attention_dropout",
            "normalization",
            "residual",
            "num_heads",
            "output_heads",
            "num_relations",
            "num_bases",
            "self_connection",
            "return_all",
        )
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "activation": keras.activations.serialize(self.activation),
        }

    def _is_hidden(self, i):
        is_last = i == self.num_layers - 1
        return not (is_last and self.output_units and self.convolution != "transformer")

    def _units(self, i):
        return self.hidden_units if self._is_hidden(i) else self.output_units

    def _edges(self, inputs, adjacency):
        """Returns the convolutions' arguments besides the node features."""
        arguments = {}
        if self.convolution in ("gin", "gine") and "node_mask" in inputs:
            arguments["node_mask"] = inputs["node_mask"]
        if adjacency is not None:
            return {**arguments, "adjacency": adjacency}
        source, target = inputs["source"], inputs["target"]
        weights = inputs.get("edge_weights")
        num_nodes = ops.shape(inputs["node_features"])[0]
        edges = self.propagation_edges(source, target, num_nodes, weights)
        if edges is None:
            edges = source, target, weights
        source, target, weights = edges
        arguments.update(source=source, target=target)
        if self.convolution in _EDGE_FEATURES and "edge_features" in inputs:
            arguments["edge_features"] = inputs["edge_features"]
        elif self.convolution == "rgcn":
            types = inputs.get("edge_types")
            arguments["edge_types"] = ops.zeros_like(source) if types is None else types
            arguments["edge_weights"] = weights
        elif self.convolution not in _ATTENTION and weights is not None:
            arguments["edge_weights"] = weights
        return arguments

    def _convolution(self, i):
        hidden, units = self._is_hidden(i), self._units(i)
        match self.convolution:
            case "gcn":
                return layers.GCNConv(units, normalize=False)
            case "sage":
                return layers.SAGEConv(units, aggregator="sum")
            case "gat" | "gatv2":
                kind = {"gat": layers.GATConv, "gatv2": layers.GATv2Conv}
                heads = self.num_heads if hidden else self.output_heads
                return kind[self.convolution](
                    units // heads if hidden else units,
                    num_heads=heads,
                    concat_heads=hidden,
                    attention_dropout=self.attention_dropout,
                )
            case "gin":
                return layers.GINConv(units, hidden_units=units, synchronized=True)
            case "gine":
                return layers.GINEConv(units, hidden_units=units, synchronized=True)
            case "rgcn":
                return layers.RGCNConv(units, self.num_relations, self.num_bases)
            case "transformer":
                return layers.GraphTransformerBlock(
                    self.num_heads, dropout=self.attention_dropout
                )
            case "directed":
                return layers.DirectedConv(units)

    def _normalization(self):
        match self.normalization:
            case "batch":
                return layers.MaskedBatchNormalization(momentum=0.9, synchronized=True)
            case "layer":
                return keras.layers.LayerNormalization()


def gcn_edges(source, target, num_nodes, edge_weights=None):
    """Returns the edges of a graph with self-loops, normalised symmetrically."""
    source, target, weights = layers.add_self_loops(
        source, target, num_nodes, edge_weights
    )
    weights = layers.symmetric_normalization(source, target, num_nodes, weights)
    return source, target, weights


def _mean_edges(source, target, num_nodes, edge_weights):
    weights = layers.mean_normalization(source, target, num_nodes, edge_weights)
    return source, target, weights


# Name to the function that prepares its edges, None where there is nothing to prepare.
CONVOLUTIONS = {
    "gcn": gcn_edges,
    "sage": _mean_edges,
    "gat": None,
    "gatv2": None,
    "gin": None,
    "gine": None,
    "rgcn": None,
    "transformer": None,
    "directed": None,
}
_ATTENTION = ("gat", "gatv2", "transformer")
_EDGE_FEATURES = ("gat", "gatv2", "gine", "transformer")
_NORMALIZATIONS = ("none", "batch", "layer")
