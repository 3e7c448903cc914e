from .adjacency_matrix import AdjacencyMatrix
from .appnp_encoder import APPNPEncoder
from .config import EncoderConfig
from .config import LinkConfig
from .config import ReadoutConfig
from .config import TrainingConfig
from .config import compile_model
from .config import make_graph_predictor
from .config import make_link_predictor
from .config import make_node_classifier
from .convolution_encoder import ConvolutionEncoder
from .convolutions import CONVOLUTIONS
from .convolutions import Convolution
from .example_files import read_examples
from .full_graph import FullGraph
from .gcnii_encoder import GCNIIEncoder
from .graph_arrays import GraphArrays
from .graph_batching import graph_batches
from .graph_encoder import GraphEncoder
from .graph_model import GraphModel
from .graph_predictor import GraphPredictor
from .graph_schemas import merged_spec
from .graph_schemas import schema_text
from .graph_schemas import spec_from_schema
from .graph_tensor_model import GraphTensorModel
from .graph_tensors import flatten
from .graph_tensors import from_graph
from .graph_tensors import from_graphs
from .graph_tensors import parse
from .graph_tensors import unflatten
from .graph_tensors import write_example
from .link_predictor import LinkPredictor
from .neighbor_sampler import NeighborSampler
from .node_classifier import NodeClassifier
from .padded_sizes import size_constraints
from .sampled_batching import sampled_batches
from .serving_graph_model import ServingGraphModel
from .sparse_features import SparseFeatures
from .tensor_layout import plain_tensors

__all__ = [
    "CONVOLUTIONS",
    "APPNPEncoder",
    "AdjacencyMatrix",
    "Convolution",
    "ConvolutionEncoder",
    "EncoderConfig",
    "FullGraph",
    "GCNIIEncoder",
    "GraphArrays",
    "GraphEncoder",
    "GraphModel",
    "GraphPredictor",
    "GraphTensorModel",
    "LinkConfig",
    "LinkPredictor",
    "NeighborSampler",
    "NodeClassifier",
    "ReadoutConfig",
    "ServingGraphModel",
    "SparseFeatures",
    "TrainingConfig",
    "compile_model",
    "flatten",
    "from_graph",
    "from_graphs",
    "graph_batches",
    "make_graph_predictor",
    "make_link_predictor",
    "make_node_classifier",
    "merged_spec",
    "parse",
    "plain_tensors",
    "read_examples",
    "sampled_batches",
    "schema_text",
    "size_constraints",
    "spec_from_schema",
    "unflatten",
    "write_example",
]
