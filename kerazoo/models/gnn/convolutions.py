"""The graph convolutions that a `ConvolutionEncoder` stacks, one entry each."""

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable

import keras

from kerazoo import layers


@dataclasses.dataclass(frozen=True)
class Convolution:
    """How an encoder makes and calls one kind of graph convolution.

    Attributes:
        make: Function of `(units, is_hidden)` to a layer of that width. Its
            keyword-only arguments, with their defaults, are the arguments that the
            kind adds to those of the encoder.
        prepare_edges: Function of `(source, target, num_nodes, edge_weights)` to the
            edges that propagate, see `GraphEncoder.propagation_edges`; None where they
            depend on the features.
        takes: What the layer's call takes beside `source` and `target`, where the graph
            has it: `edge_weights`, `edge_features`, `edge_types`, `node_mask`.
        needs_edge_features: Whether it cannot do without features of the edges.
        adds_features: Whether it adds features up before it multiplies them, and so
            takes no sparse ones.
        is_block: Whether it keeps the width of its input and ends with a normalisation.
            A dense layer then comes before the first, and one after the last.
    """

    make: Callable[..., keras.Layer]
    prepare_edges: Callable[..., tuple] | None = None
    takes: tuple[str, ...] = ("edge_weights",)
    needs_edge_features: bool = False
    adds_features: bool = False
    is_block: bool = False

    @functools.cached_property
    def options(self) -> dict[str, typing.Any]:
        """The arguments that the kind adds, by name, with their defaults."""
        parameters = inspect.signature(self.make).parameters.values()
        return {p.name: p.default for p in parameters if p.kind == p.KEYWORD_ONLY}


def _gcn(units, is_hidden):
    return layers.GCNConv(units, normalize=False)


def _sage(units, is_hidden):
    return layers.SAGEConv(units, aggregator="sum")


def _mean_edges(source, target, num_nodes, edge_weights):
    weights = layers.mean_normalization(source, target, num_nodes, edge_weights)
    return source, target, weights


def _attention(
    kind, units, is_hidden, *, num_heads=8, output_heads=1, attention_dropout=0.0
):
    """Hidden heads are joined, those of the last layer averaged."""
    return kind(
        units // num_heads if is_hidden else units,
        num_heads=num_heads if is_hidden else output_heads,
        concat_heads=is_hidden,
        attention_dropout=attention_dropout,
    )


def _isomorphism(kind, units, is_hidden):
    return kind(units, hidden_units=units, synchronized=True)


def _rgcn(units, is_hidden, *, num_relations=1, num_bases=None):
    return layers.RGCNConv(units, num_relations, num_bases)


def _transformer(units, is_hidden, *, num_heads=8, attention_dropout=0.0):
    return layers.GraphTransformerBlock(num_heads, dropout=attention_dropout)


def _directed(units, is_hidden):
    return layers.DirectedConv(units)


def _polynomial(kind, units, is_hidden, *, filter_steps=2):
    return kind(units, num_steps=filter_steps, normalize=False)


def _diffusion(units, is_hidden, *, filter_steps=2, teleport=0.1):
    return layers.SSGConv(units, filter_steps, teleport, normalize=False)


def _rational(units, is_hidden, *, filter_steps=2):
    return layers.ARMAConv(units, filter_steps, num_stacks=2, normalize=False)


def _symmetric_edges(source, target, num_nodes, edge_weights):
    weights = layers.symmetric_normalization(source, target, num_nodes, edge_weights)
    return source, target, weights


CONVOLUTIONS = {
    "gcn": Convolution(_gcn, layers.renormalized_edges),
    "sage": Convolution(_sage, _mean_edges),
    "gat": Convolution(
        functools.partial(_attention, layers.GATConv), takes=("edge_features",)
    ),
    "gatv2": Convolution(
        functools.partial(_attention, layers.GATv2Conv), takes=("edge_features",)
    ),
    "gin": Convolution(
        functools.partial(_isomorphism, layers.GINConv),
        takes=("edge_weights", "node_mask"),
        adds_features=True,
    ),
    "gine": Convolution(
        functools.partial(_isomorphism, layers.GINEConv),
        takes=("edge_features", "node_mask"),
        needs_edge_features=True,
        adds_features=True,
    ),
    "rgcn": Convolution(_rgcn, takes=("edge_weights", "edge_types")),
    "transformer": Convolution(_transformer, takes=("edge_features",), is_block=True),
    "directed": Convolution(_directed),
    "sgc": Convolution(
        functools.partial(_polynomial, layers.SGConv), layers.renormalized_edges
    ),
    "ssgc": Convolution(_diffusion, layers.renormalized_edges),
    "tag": Convolution(
        functools.partial(_polynomial, layers.TAGConv), _symmetric_edges
    ),
    "chebyshev": Convolution(
        functools.partial(_polynomial, layers.ChebyshevConv), _symmetric_edges
    ),
    "arma": Convolution(_rational, _symmetric_edges),
}
