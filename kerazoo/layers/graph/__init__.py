"""Graph neural network layers on plain tensors.

A graph is `node_features` `(N, D)` and `source`, `target` `(E,)`: messages flow along
each edge from its source to its target. A batch of graphs is one graph of several
components.
"""

from kerazoo.layers.graph.appnp_propagation import APPNPPropagation
from kerazoo.layers.graph.directed_conv import DirectedConv
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.gat_conv import GATConv
from kerazoo.layers.graph.gatv2_conv import GATv2Conv
from kerazoo.layers.graph.gcn_conv import GCNConv
from kerazoo.layers.graph.gcnii_conv import GCNIIConv
from kerazoo.layers.graph.gin_conv import GINConv
from kerazoo.layers.graph.gine_conv import GINEConv
from kerazoo.layers.graph.global_pooling import GlobalPooling
from kerazoo.layers.graph.graph_transformer_block import GraphTransformerBlock
from kerazoo.layers.graph.masked_batch_normalization import MaskedBatchNormalization
from kerazoo.layers.graph.normalization import add_self_loops
from kerazoo.layers.graph.normalization import directed_normalization
from kerazoo.layers.graph.normalization import mean_normalization
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.graph.normalization import renormalized_edges
from kerazoo.layers.graph.normalization import symmetric_normalization
from kerazoo.layers.graph.rgcn_conv import RGCNConv
from kerazoo.layers.graph.sage_conv import SAGEConv
from kerazoo.layers.graph.segment_ops import segment_max
from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum

__all__ = [
    "APPNPPropagation",
    "DirectedConv",
    "EdgeMatrix",
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GCNIIConv",
    "GINConv",
    "GINEConv",
    "GlobalPooling",
    "GraphTransformerBlock",
    "MaskedBatchNormalization",
    "RGCNConv",
    "SAGEConv",
    "add_self_loops",
    "directed_normalization",
    "mean_normalization",
    "propagation_matrix",
    "renormalized_edges",
    "segment_max",
    "segment_mean",
    "segment_softmax",
    "segment_sum",
    "symmetric_normalization",
]
