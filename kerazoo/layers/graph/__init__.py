"""Graph neural network layers on plain tensors.

A graph is `node_features` `(N, D)` and `source`, `target` `(E,)`: messages flow along
each edge from its source to its target. A batch of graphs is one graph of several
components.
"""

from kerazoo.layers.graph.appnp_propagation import APPNPPropagation
from kerazoo.layers.graph.arma_conv import ARMAConv
from kerazoo.layers.graph.attentive_fp_block import AttentiveFPBlock
from kerazoo.layers.graph.attentive_fp_pooling import AttentiveFPPooling
from kerazoo.layers.graph.chebyshev_conv import ChebyshevConv
from kerazoo.layers.graph.comp_gcn_conv import CompGCNConv
from kerazoo.layers.graph.cutoffs import cosine_cutoff
from kerazoo.layers.graph.cutoffs import polynomial_cutoff
from kerazoo.layers.graph.directed_conv import DirectedConv
from kerazoo.layers.graph.directed_message_passing import DirectedMessagePassing
from kerazoo.layers.graph.edge_dropout import EdgeDropout
from kerazoo.layers.graph.edge_mask import edge_mask
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.edge_vectors import edge_vectors
from kerazoo.layers.graph.egnn_conv import EGNNConv
from kerazoo.layers.graph.gat_conv import GATConv
from kerazoo.layers.graph.gatv2_conv import GATv2Conv
from kerazoo.layers.graph.gcn_conv import GCNConv
from kerazoo.layers.graph.gcnii_conv import GCNIIConv
from kerazoo.layers.graph.gin_conv import GINConv
from kerazoo.layers.graph.gine_conv import GINEConv
from kerazoo.layers.graph.global_pooling import GlobalPooling
from kerazoo.layers.graph.graph_transformer_block import GraphTransformerBlock
from kerazoo.layers.graph.hetero_conv import HeteroConv
from kerazoo.layers.graph.masked_batch_normalization import MaskedBatchNormalization
from kerazoo.layers.graph.normalization import add_self_loops
from kerazoo.layers.graph.normalization import directed_normalization
from kerazoo.layers.graph.normalization import mean_normalization
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.graph.normalization import renormalized_edges
from kerazoo.layers.graph.normalization import symmetric_normalization
from kerazoo.layers.graph.painn_block import PaiNNBlock
from kerazoo.layers.graph.pair_normalization import PairNormalization
from kerazoo.layers.graph.radial_basis import RadialBasis
from kerazoo.layers.graph.reverse_edges import ReverseEdges
from kerazoo.layers.graph.rgcn_conv import RGCNConv
from kerazoo.layers.graph.sage_conv import SAGEConv
from kerazoo.layers.graph.schnet_block import SchNetBlock
from kerazoo.layers.graph.schnet_block import shifted_softplus
from kerazoo.layers.graph.segment_ops import segment_max
from kerazoo.layers.graph.segment_ops import segment_mean
from kerazoo.layers.graph.segment_ops import segment_softmax
from kerazoo.layers.graph.segment_ops import segment_sum
from kerazoo.layers.graph.sg_conv import SGConv
from kerazoo.layers.graph.ssg_conv import SSGConv
from kerazoo.layers.graph.tag_conv import TAGConv

__all__ = [
    "APPNPPropagation",
    "ARMAConv",
    "AttentiveFPBlock",
    "AttentiveFPPooling",
    "ChebyshevConv",
    "CompGCNConv",
    "DirectedConv",
    "DirectedMessagePassing",
    "EGNNConv",
    "EdgeDropout",
    "EdgeMatrix",
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GCNIIConv",
    "GINConv",
    "GINEConv",
    "GlobalPooling",
    "GraphTransformerBlock",
    "HeteroConv",
    "MaskedBatchNormalization",
    "PaiNNBlock",
    "PairNormalization",
    "RGCNConv",
    "RadialBasis",
    "ReverseEdges",
    "SAGEConv",
    "SGConv",
    "SSGConv",
    "SchNetBlock",
    "TAGConv",
    "add_self_loops",
    "cosine_cutoff",
    "directed_normalization",
    "edge_mask",
    "edge_vectors",
    "mean_normalization",
    "polynomial_cutoff",
    "propagation_matrix",
    "renormalized_edges",
    "segment_max",
    "segment_mean",
    "segment_softmax",
    "segment_sum",
    "shifted_softplus",
    "symmetric_normalization",
]
