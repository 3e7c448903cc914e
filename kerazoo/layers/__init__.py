"""Layers on Keras 3 alone, for any of its backends."""

from kerazoo.layers.adaptive_layer_normalization import AdaptiveLayerNormalization
from kerazoo.layers.alibi import alibi_bias
from kerazoo.layers.alibi import alibi_slopes
from kerazoo.layers.attention import Attention
from kerazoo.layers.attention_mask import causal_mask
from kerazoo.layers.attention_mask import window_mask
from kerazoo.layers.batch_normalization import BatchNormalization
from kerazoo.layers.branching_head import BranchingHead
from kerazoo.layers.chunked_attention import ChunkedAttention
from kerazoo.layers.chunked_attention import chunk_mask
from kerazoo.layers.conformer_block import ConformerBlock
from kerazoo.layers.convolution_module import ConvolutionModule
from kerazoo.layers.convolution_subsampling import ConvolutionSubsampling
from kerazoo.layers.decoder import Decoder
from kerazoo.layers.decoder_block import DecoderBlock
from kerazoo.layers.dropout import Dropout
from kerazoo.layers.dueling_head import DuelingHead
from kerazoo.layers.encoder import Encoder
from kerazoo.layers.encoder_block import EncoderBlock
from kerazoo.layers.feed_forward import FeedForward
from kerazoo.layers.graph import APPNPPropagation
from kerazoo.layers.graph import ARMAConv
from kerazoo.layers.graph import AttentiveFPBlock
from kerazoo.layers.graph import AttentiveFPPooling
from kerazoo.layers.graph import ChebyshevConv
from kerazoo.layers.graph import CompGCNConv
from kerazoo.layers.graph import DirectedConv
from kerazoo.layers.graph import DirectedMessagePassing
from kerazoo.layers.graph import EdgeDropout
from kerazoo.layers.graph import EdgeMatrix
from kerazoo.layers.graph import EGNNConv
from kerazoo.layers.graph import GATConv
from kerazoo.layers.graph import GATv2Conv
from kerazoo.layers.graph import GCNConv
from kerazoo.layers.graph import GCNIIConv
from kerazoo.layers.graph import GINConv
from kerazoo.layers.graph import GINEConv
from kerazoo.layers.graph import GlobalPooling
from kerazoo.layers.graph import GraphTransformerBlock
from kerazoo.layers.graph import HeteroConv
from kerazoo.layers.graph import MaskedBatchNormalization
from kerazoo.layers.graph import PaiNNBlock
from kerazoo.layers.graph import PairNormalization
from kerazoo.layers.graph import RadialBasis
from kerazoo.layers.graph import ReverseEdges
from kerazoo.layers.graph import RGCNConv
from kerazoo.layers.graph import SAGEConv
from kerazoo.layers.graph import SchNetBlock
from kerazoo.layers.graph import SGConv
from kerazoo.layers.graph import SSGConv
from kerazoo.layers.graph import TAGConv
from kerazoo.layers.graph import add_self_loops
from kerazoo.layers.graph import cosine_cutoff
from kerazoo.layers.graph import directed_normalization
from kerazoo.layers.graph import edge_mask
from kerazoo.layers.graph import edge_vectors
from kerazoo.layers.graph import mean_normalization
from kerazoo.layers.graph import polynomial_cutoff
from kerazoo.layers.graph import propagation_matrix
from kerazoo.layers.graph import renormalized_edges
from kerazoo.layers.graph import segment_max
from kerazoo.layers.graph import segment_mean
from kerazoo.layers.graph import segment_softmax
from kerazoo.layers.graph import segment_sum
from kerazoo.layers.graph import shifted_softplus
from kerazoo.layers.graph import symmetric_normalization
from kerazoo.layers.group_normalization import GroupNormalization
from kerazoo.layers.implicit_quantile_head import ImplicitQuantileHead
from kerazoo.layers.layer_normalization import LayerNormalization
from kerazoo.layers.lengths import length_mask
from kerazoo.layers.log_mel_spectrogram import LogMelSpectrogram
from kerazoo.layers.low_rank_adapters import add_adapters
from kerazoo.layers.mixture_of_experts import MixtureOfExperts
from kerazoo.layers.noisy_dense import NoisyDense
from kerazoo.layers.patch_embedding import PatchEmbedding
from kerazoo.layers.patches import extract_patches
from kerazoo.layers.patches import merge_patches
from kerazoo.layers.position_embedding import PositionEmbedding
from kerazoo.layers.rotary_embedding import RotaryEmbedding
from kerazoo.layers.sinusoidal_embedding import SinusoidalEmbedding
from kerazoo.layers.slerp import slerp
from kerazoo.layers.spec_augment import SpecAugment
from kerazoo.layers.spectral_normalization import SpectralNormalization
from kerazoo.layers.token_embedding import TokenEmbedding

__all__ = [
    "APPNPPropagation",
    "ARMAConv",
    "AdaptiveLayerNormalization",
    "Attention",
    "AttentiveFPBlock",
    "AttentiveFPPooling",
    "BatchNormalization",
    "BranchingHead",
    "ChebyshevConv",
    "ChunkedAttention",
    "CompGCNConv",
    "ConformerBlock",
    "ConvolutionModule",
    "ConvolutionSubsampling",
    "Decoder",
    "DecoderBlock",
    "DirectedConv",
    "DirectedMessagePassing",
    "Dropout",
    "DuelingHead",
    "EGNNConv",
    "EdgeDropout",
    "EdgeMatrix",
    "Encoder",
    "EncoderBlock",
    "FeedForward",
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GCNIIConv",
    "GINConv",
    "GINEConv",
    "GlobalPooling",
    "GraphTransformerBlock",
    "GroupNormalization",
    "HeteroConv",
    "ImplicitQuantileHead",
    "LayerNormalization",
    "LogMelSpectrogram",
    "MaskedBatchNormalization",
    "MixtureOfExperts",
    "NoisyDense",
    "PaiNNBlock",
    "PairNormalization",
    "PatchEmbedding",
    "PositionEmbedding",
    "RGCNConv",
    "RadialBasis",
    "ReverseEdges",
    "RotaryEmbedding",
    "SAGEConv",
    "SGConv",
    "SSGConv",
    "SchNetBlock",
    "SinusoidalEmbedding",
    "SpecAugment",
    "SpectralNormalization",
    "TAGConv",
    "TokenEmbedding",
    "add_adapters",
    "add_self_loops",
    "alibi_bias",
    "alibi_slopes",
    "causal_mask",
    "chunk_mask",
    "cosine_cutoff",
    "directed_normalization",
    "edge_mask",
    "edge_vectors",
    "extract_patches",
    "length_mask",
    "mean_normalization",
    "merge_patches",
    "polynomial_cutoff",
    "propagation_matrix",
    "renormalized_edges",
    "segment_max",
    "segment_mean",
    "segment_softmax",
    "segment_sum",
    "shifted_softplus",
    "slerp",
    "symmetric_normalization",
    "window_mask",
]
