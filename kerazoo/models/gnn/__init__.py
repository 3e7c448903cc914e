"""Graph neural networks: Keras 3 models on TF-GNN's graphs."""

from kerazoo import legacy_keras  # noqa: F401  Must come before TensorFlow.

try:
    import tensorflow_gnn  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"kerazoo.models.gnn needs {error.name}: pip install 'kerazoo[gnn]'",
        name=error.name,
    ) from error

from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
from kerazoo.models.gnn.appnp_encoder import APPNPEncoder
from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
from kerazoo.models.gnn.full_graph import FullGraph
from kerazoo.models.gnn.gcnii_encoder import GCNIIEncoder
from kerazoo.models.gnn.graph_batches import graph_batches
from kerazoo.models.gnn.graph_batches import read_examples
from kerazoo.models.gnn.graph_batches import size_constraints
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.graph_task import GraphTask
from kerazoo.models.gnn.graph_tensor_model import GraphTensorModel
from kerazoo.models.gnn.graph_tensors import flatten
from kerazoo.models.gnn.graph_tensors import from_graph
from kerazoo.models.gnn.graph_tensors import from_graphs
from kerazoo.models.gnn.graph_tensors import merged_spec
from kerazoo.models.gnn.graph_tensors import parse
from kerazoo.models.gnn.graph_tensors import plain_tensors
from kerazoo.models.gnn.graph_tensors import schema_text
from kerazoo.models.gnn.graph_tensors import spec_from_schema
from kerazoo.models.gnn.graph_tensors import unflatten
from kerazoo.models.gnn.graph_tensors import write_example
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.link_task import LinkTask
from kerazoo.models.gnn.neighbor_sampler import NeighborSampler
from kerazoo.models.gnn.neighbor_sampler import sampled_batches
from kerazoo.models.gnn.node_classifier import NodeClassifier
from kerazoo.models.gnn.node_task import NodeTask
from kerazoo.models.gnn.sampled_node_task import SampledNodeTask
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.sparse_features import SparseFeatures

__all__ = [
    "APPNPEncoder",
    "AdjacencyMatrix",
    "ConvolutionEncoder",
    "FullGraph",
    "GCNIIEncoder",
    "GraphPredictor",
    "GraphTask",
    "GraphTensorModel",
    "LinkPredictor",
    "LinkTask",
    "NeighborSampler",
    "NodeClassifier",
    "NodeTask",
    "SampledNodeTask",
    "ServingGraphModel",
    "SparseFeatures",
    "flatten",
    "from_graph",
    "from_graphs",
    "graph_batches",
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
