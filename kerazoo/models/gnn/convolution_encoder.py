"""Stack of graph convolutions of one kind."""

import typing
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.convolutions import CONVOLUTIONS
from kerazoo.models.gnn.feature_dense import FeatureDense
from kerazoo.models.gnn.feature_dropout import FeatureDropout
from kerazoo.models.gnn.graph_encoder import GraphEncoder
from kerazoo.models.gnn.normalizations import NORMALIZATIONS
from kerazoo.models.gnn.normalizations import make_normalization
from kerazoo.models.gnn.normalizations import normalized

_JUMPINGS = ("none", "concatenate", "max")


@keras.saving.register_keras_serializable(package="kerazoo")
class ConvolutionEncoder(GraphEncoder):
    """Graph convolutions one after the other, with dropout before each.

    Between two convolutions come normalisation, activation and, where the widths agree,
    the residual connection. What can be worked out from the edges alone, such as
    degrees, is worked out once for all convolutions.

    Args:
        convolution: A key of `CONVOLUTIONS`.
        hidden_size: Width of the hidden nodes' features; of several heads together.
        num_layers: Number of convolutions L.
        output_units: Width of the last convolution, which then has no normalisation
            and no activation; None for `hidden_size` with both.
        dropout: Share of features dropped before each convolution.
        activation: Name or function; a `"transformer"` has its own.
        normalization: `"none"`, `"batch"`, `"layer"` or `"pair"`.
        residual: Adds a convolution's input to its output, from the second on.
        self_connection: Adds a dense transformation of a convolution's input to its
            output.
        return_all: Returns the list of the input and every layer's output.
        drop_edge: Share of edges taken out in each step of training, see
            `kerazoo.layers.EdgeDropout`, of convolutions that take weights of edges.
        jumping: How the outputs of all layers make that of the encoder, by a dense
            layer after `"concatenate"` or `"max"`
            ([Xu et al., 2018](https://arxiv.org/abs/1806.03536)); `"none"` for that of
            the last.
        **kwargs: The convolution's own, where it has them; those of others are left
            out. `num_heads` (8) and `attention_dropout` (0) of `"gat"`, `"gatv2"` and
            `"transformer"`: attention heads of the hidden convolutions, share of edges
            dropped from attention; `output_heads` (1) of the first two: heads of the
            last convolution, averaged; `num_relations` (1) and `num_bases` (None) of
            `"rgcn"`: types of edges, matrices that the types share; `filter_steps` (2)
            of `"sgc"`, `"ssgc"`, `"tag"`, `"chebyshev"` and `"arma"`: steps of one
            convolution; `teleport` (0.1) of `"ssgc"`: share of the features before it.
            All others are of `keras.layers.Layer`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
            where there are, `edge_weights` `(E,)`, `edge_features` `(E, De)` and
            `edge_types` `(E,)`. `node_mask` `(N,)` excludes nodes from batch
            normalization.
        adjacency: Matrix made of `propagation_edges`, in place of the edges, for the
            convolutions that have them.

    Returns:
        float `(N, output_units)`, or the list of all layers' outputs.

    Raises:
        ValueError: If an argument is none of those above, or the heads do not divide
            the width.

    Example:

    ```python
    encoder = ConvolutionEncoder("gat", 64, num_layers=2, output_units=7, num_heads=4)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    x = np.ones((3, 8), "float32")
    encoder({"node_features": x, "source": source, "target": target})  # (3, 7)
    ```
    """

    def __init__(
        self,
        convolution: str = "gcn",
        hidden_size: int = 16,
        num_layers: int = 2,
        output_units: int | None = None,
        dropout: float = 0.5,
        activation: str | Callable = "relu",
        normalization: str = "none",
        residual: bool = False,
        self_connection: bool = False,
        return_all: bool = False,
        drop_edge: float = 0.0,
        jumping: str = "none",
        **kwargs: typing.Any,
    ):
        options = {name for kind in CONVOLUTIONS.values() for name in kind.options}
        given = {name: kwargs.pop(name) for name in options & kwargs.keys()}
        super().__init__(**kwargs)
        if convolution not in CONVOLUTIONS:
            raise ValueError(
                f"`convolution` must be one of {', '.join(CONVOLUTIONS)}. "
                f"Received: convolution={convolution}"
            )
        for name, value, known in (
            ("normalization", normalization, NORMALIZATIONS),
            ("jumping", jumping, _JUMPINGS),
        ):
            if value not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(known)}. "
                    f"Received: {name}={value}"
                )
        self.kind = kind = CONVOLUTIONS[convolution]
        if drop_edge and "edge_weights" not in kind.takes:
            raise ValueError(
                f"`drop_edge` goes with convolutions that take weights of edges, not "
                f"with {convolution}. Received: drop_edge={drop_edge}"
            )
        self.options = {k: given.get(k, default) for k, default in kind.options.items()}
        num_heads = self.options.get("num_heads", 1)
        if hidden_size % num_heads:
            raise ValueError(
                "`hidden_size` must be a multiple of `num_heads`. Received: "
                f"hidden_size={hidden_size}, num_heads={num_heads}"
            )
        self.convolution = convolution
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.output_units = output_units
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.normalization = normalization
        self.residual = residual
        self.self_connection = self_connection
        self.return_all = return_all
        self.drop_edge = drop_edge
        self.jumping = jumping
        self.edge_dropout: typing.Any = None
        if drop_edge:
            self.edge_dropout = layers.EdgeDropout(drop_edge)
            self.edge_dropout.build((None,))  # It is called in training alone.
        self.input_dropout = FeatureDropout(dropout)
        self.projection = FeatureDense(hidden_size) if kind.is_block else None
        each = range(num_layers)
        self.convolutions = [
            kind.make(self._units(i), self._is_hidden(i), **self.options) for i in each
        ]
        self.normalizations: list[typing.Any] = [
            make_normalization(normalization) if self._is_hidden(i) else None
            for i in each
        ]
        self.dropouts = [keras.layers.Dropout(dropout) for _ in range(num_layers - 1)]
        self.connections: list[typing.Any] = [
            FeatureDense(self._units(i)) if self_connection else None for i in each
        ]
        has_head = (kind.is_block and output_units) or jumping != "none"
        units = output_units or hidden_size
        self.head = keras.layers.Dense(units) if has_head else None

    @property
    def num_relations(self) -> int:
        return self.options.get("num_relations", 1)

    @property
    def input_layers(self) -> list[keras.Layer]:
        first = self.projection or self.convolutions[0]
        return [layer for layer in (first, self.connections[0]) if layer is not None]

    @property
    def prepare_edges(self) -> Callable[..., tuple] | None:
        return self.kind.prepare_edges

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        training: bool = False,
    ) -> Tensor | list[Tensor]:
        x = inputs["node_features"]
        if self.edge_dropout is not None and training:
            weights = inputs.get("edge_weights")
            weights = self.edge_dropout(inputs["source"], weights, training=True)
            inputs, adjacency = {**inputs, "edge_weights": weights}, None
        if self.kind.adds_features and isinstance(x, tf.SparseTensor):
            x = tf.sparse.to_dense(x)
        edges = self._edges(inputs, adjacency)
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
                x = normalized(self.normalizations[i], x, inputs)
                if not self.kind.is_block:
                    x = self.activation(x)
                if self.residual and i and before.shape[-1] == x.shape[-1]:
                    x = x + before
            outputs.append(x)
        if self.jumping == "concatenate":
            x = ops.concatenate(outputs[1:], axis=-1)
        elif self.jumping == "max":
            x = ops.max(ops.stack(outputs[1:]), axis=0)
        if self.head is not None:
            outputs.append(self.head(x))
        return outputs if self.return_all else outputs[-1]

    def get_config(self) -> dict[str, typing.Any]:
        names = (
            "convolution",
            "hidden_size",
            "num_layers",
            "output_units",
            "dropout",
            "normalization",
            "residual",
            "self_connection",
            "return_all",
            "drop_edge",
            "jumping",
        )
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            **self.options,
            "activation": keras.activations.serialize(self.activation),
        }

    def _is_hidden(self, i):
        is_last = i == self.num_layers - 1
        has_head = self.kind.is_block or self.jumping != "none"
        return not (is_last and self.output_units) or has_head

    def _units(self, i):
        return self.hidden_size if self._is_hidden(i) else self.output_units

    def _edges(self, inputs, adjacency):
        """Returns the convolutions' arguments besides the node features."""
        takes = self.kind.takes
        arguments = {k: inputs[k] for k in takes if inputs.get(k) is not None}
        if adjacency is not None:
            kept = {k: v for k, v in arguments.items() if not k.startswith("edge_")}
            return {**kept, "adjacency": adjacency}
        source, target = inputs["source"], inputs["target"]
        num_nodes = ops.shape(inputs["node_features"])[0]
        weights = inputs.get("edge_weights")
        edges = self.propagation_edges(source, target, num_nodes, weights)
        if edges is not None:
            source, target, arguments["edge_weights"] = edges
        if "edge_types" in takes:
            arguments.setdefault("edge_types", ops.zeros_like(source))
        return {**arguments, "source": source, "target": target}
