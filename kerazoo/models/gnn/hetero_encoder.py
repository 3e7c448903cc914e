"""Encoder of graphs of several sets of nodes and edges."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.graph.hetero_conv import HeteroConv
from kerazoo.layers.graph.hetero_conv import joined_edges
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.convolutions import CONVOLUTIONS
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.hetero_spec import HeteroSpec

HETERO_CONVOLUTIONS = ("gcn", "sage", "gat", "gatv2")
_NORMALIZATIONS = ("none", "layer")  # Batches of replicas differ in size.
_REVERSE = "reverse of "


@keras.saving.register_keras_serializable(package="kerazoo")
class HeteroEncoder(keras.layers.Layer):
    """Convolutions of each set of edges, summed, one layer after the other.

    A dense layer brings the features of each set of nodes to one width; nodes of a set
    without features all get a vector that is learnt. Then each layer is a `HeteroConv`
    of the same kind of convolution for every set of edges and, with weights of its
    own, for their reverse. Nodes that no edges could enter stay as they are. The last
    layer embeds one set of nodes only.

    Args:
        spec: Sets of nodes and edges, a `HeteroSpec` or its `to_json`.
        output_set: Set of nodes whose embeddings are wanted.
        convolution: `"gcn"`, `"sage"`, `"gat"` or `"gatv2"`.
        hidden_size: Width of the nodes' features, of all heads together.
        num_layers: Number of `HeteroConv`s.
        output_units: Width of a dense layer after the last; None for none.
        dropout: Share of features dropped before each layer.
        activation: Name or function.
        normalization: `"none"` or `"layer"`, after each convolution.
        residual: Adds a convolution's input to its output.
        reverse: Whether messages go against the direction of the edges, too.
        num_heads, attention_dropout: Of `"gat"` and `"gatv2"`.

    Call arguments:
        inputs: dict of `node_features`, a dict of each set of nodes to `(N_s, D_s)`,
            and `edges`, a dict of each set of edges to a dict of `source` and `target`
            `(E_r,)` and, where there are, `edge_weights` `(E_r,)` and `edge_features`
            `(E_r, D_r)`.
        prepared: What `prepare_edges` returned, in place of `edges`.

    Returns:
        float `(N, output_units)` of the nodes of the `output_set`.

    Raises:
        ValueError: If an argument is none of those above, or the heads do not divide
            the width.

    Example:

    ```python
    edges = EdgeSetSpec("author", "paper")
    spec = HeteroSpec({"author": 0, "paper": 8}, {"writes": edges})
    encoder = HeteroEncoder(spec, "paper", output_units=3)
    nodes = {"author": np.ones((2, 0)), "paper": np.ones((4, 8))}
    ends = {"source": np.array([0, 1]), "target": np.array([3, 2])}
    encoder({"node_features": nodes, "edges": {"writes": ends}})  # (4, 3)
    ```
    """

    def __init__(
        self,
        spec: HeteroSpec | dict[str, typing.Any],
        output_set: str,
        convolution: str = "sage",
        hidden_size: int = 64,
        num_layers: int = 2,
        output_units: int | None = None,
        dropout: float = 0.5,
        activation: str | Callable = "relu",
        normalization: str = "none",
        residual: bool = False,
        reverse: bool = True,
        num_heads: int = 8,
        attention_dropout: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        self.spec = spec if isinstance(spec, HeteroSpec) else HeteroSpec.from_json(spec)
        _check_name("convolution", convolution, HETERO_CONVOLUTIONS)
        _check_name("normalization", normalization, _NORMALIZATIONS)
        _check_name("output_set", output_set, self.spec.node_sets)
        self.kind = kind = CONVOLUTIONS[convolution]
        if "num_heads" in kind.options and hidden_size % num_heads:
            raise ValueError(
                "`hidden_size` must be a multiple of `num_heads`. Received: "
                f"hidden_size={hidden_size}, num_heads={num_heads}"
            )
        self.output_set = output_set
        self.convolution = convolution
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.normalization = normalization
        self.residual = residual
        self.reverse = reverse
        self.num_heads = num_heads
        self.attention_dropout = attention_dropout
        forwards = self.spec.ends
        backwards = {_REVERSE + k: v[::-1] for k, v in forwards.items()}
        self.ends = {**forwards, **backwards} if reverse else forwards
        names = sorted(self.spec.node_sets)
        self.input_dropouts = {name: FeatureDropout(dropout) for name in names}
        self.projections = {name: FeatureDense(hidden_size) for name in names}
        given = {"num_heads": num_heads, "attention_dropout": attention_dropout}
        options = {k: v for k, v in given.items() if k in kind.options}
        self.convolutions = [self._layer(i, options) for i in range(num_layers)]
        self.normalizations = [
            {name: self._normalization() for name in self._reached(layer)}
            for layer in self.convolutions
        ]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers)]
        self.head = keras.layers.Dense(output_units) if output_units else None

    @property
    def input_layers(self) -> list[keras.Layer]:
        """Layers that see the features."""
        return list(self.projections.values())

    def prepare_edges(
        self,
        edges: dict[str, dict[str, Tensor]],
        num_nodes: dict[str, int | Tensor],
        matrix: Callable[..., typing.Any] = layers.EdgeMatrix,
    ) -> dict[str, dict[str, typing.Any]]:
        """Returns what each convolution takes of the edges, in both directions.

        Args:
            edges: dict of each set of edges, as in a call.
            num_nodes: Nodes of each set.
            matrix: Function of source, target, weights and the number of nodes to the
                matrix of edges whose weights do not depend on features.
        """
        found: dict[str, dict[str, typing.Any]] = {}
        for name, (start, end) in self.ends.items():
            given = edges[name.removeprefix(_REVERSE)]
            ends = {"source": given["source"], "target": given["target"]}
            if name.startswith(_REVERSE):
                ends = {"source": given["target"], "target": given["source"]}
            more = {k: given[k] for k in self.kind.takes if given.get(k) is not None}
            found[name] = {**ends, **more}
            if self.kind.prepare_edges is None:
                continue
            total = num_nodes[end]
            if start != end:
                ends = joined_edges(ends, num_nodes[end])
                total = num_nodes[end] + num_nodes[start]
            source, target, weights = self.kind.prepare_edges(
                ends["source"], ends["target"], total, more.get("edge_weights")
            )
            found[name] = {"adjacency": matrix(source, target, weights, total)}
        return found

    def call(
        self, inputs: dict[str, typing.Any], prepared: typing.Any = None
    ) -> Tensor:
        x = {}
        for name, projection in self.projections.items():
            features = _or_ones(inputs["node_features"][name])
            features = projection(self.input_dropouts[name](features))
            x[name] = self.activation(features)
        if prepared is None:
            num_nodes = {name: ops.shape(values)[0] for name, values in x.items()}
            prepared = self.prepare_edges(inputs["edges"], num_nodes)
        for i, convolution in enumerate(self.convolutions):
            dropped = {name: self.dropouts[i](values) for name, values in x.items()}
            found = convolution(dropped, edges=prepared)
            for name, values in found.items():
                normalize = self.normalizations[i][name]
                if normalize is not None:
                    values = normalize(values)
                values = self.activation(values)
                x[name] = values + x[name] if self.residual else values
        outputs = x[self.output_set]
        return outputs if self.head is None else self.head(outputs)

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Builds the encoder by a call."""
        if not self.built:
            self(self.spec.example_inputs())

    def get_config(self) -> dict[str, typing.Any]:
        names = (
            "output_set",
            "convolution",
            "hidden_size",
            "num_layers",
            "output_units",
            "dropout",
            "normalization",
            "residual",
            "reverse",
            "num_heads",
            "attention_dropout",
        )
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "spec": self.spec.to_json(),
            "activation": keras.activations.serialize(self.activation),
        }

    def _layer(self, i, options):
        is_last = i == self.num_layers - 1
        ends = {
            name: pair
            for name, pair in self.ends.items()
            if not is_last or pair[1] == self.output_set
        }
        convolutions = {
            name: self.kind.make(self.hidden_size, True, **options) for name in ends
        }
        return HeteroConv(ends, convolutions)

    def _reached(self, layer):
        return sorted({end for _, end in layer.ends.values()})

    def _normalization(self):
        is_layer = self.normalization == "layer"
        return keras.layers.LayerNormalization() if is_layer else None


def _or_ones(features):
    """Returns one feature where there are none."""
    if features.shape[1]:
        return features
    return ops.ones((ops.shape(features)[0], 1), "float32")


def _check_name(argument, name, known):
    if name not in known:
        raise ValueError(
            f"`{argument}` must be one of {', '.join(known)}. "
            f"Received: {argument}={name}"
        )
