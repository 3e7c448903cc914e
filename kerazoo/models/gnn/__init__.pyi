from .adjacency_matrix import AdjacencyMatrix
from .appnp_encoder import APPNPEncoder
from .attentive_fp_encoder import AttentiveFPEncoder
from .attributions import gradient_times_input
from .attributions import integrated_gradients
from .community_model import CommunityModel
from .config import CommunityConfig
from .config import ContrastConfig
from .config import EmbeddingConfig
from .config import EncoderConfig
from .config import InfluenceConfig
from .config import KnowledgeConfig
from .config import KnowledgeTrainingConfig
from .config import LinkConfig
from .config import PotentialConfig
from .config import PreferenceConfig
from .config import ReadoutConfig
from .config import RecommenderConfig
from .config import TrainingConfig
from .config import WalkConfig
from .config import compile_model
from .config import make_community_model
from .config import make_contrastive_embedder
from .config import make_graph_predictor
from .config import make_hetero_classifier
from .config import make_infomax_embedder
from .config import make_knowledge_graph_model
from .config import make_link_predictor
from .config import make_node_classifier
from .contrastive_embedder import ContrastiveEmbedder
from .convolution_encoder import ConvolutionEncoder
from .convolutions import CONVOLUTIONS
from .convolutions import Convolution
from .dmpnn_encoder import DMPNNEncoder
from .egnn_encoder import EGNNEncoder
from .example_files import read_examples
from .full_graph import FullGraph
from .gcnii_encoder import GCNIIEncoder
from .gnn_explainer import GNNExplainerConfig
from .graph_arrays import GraphArrays
from .graph_batching import graph_batches
from .graph_encoder import GraphEncoder
from .graph_ensemble import GraphEnsemble
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
from .hetero_batching import hetero_batches
from .hetero_encoder import HeteroEncoder
from .hetero_full_graph import HeteroFullGraph
from .hetero_node_classifier import HeteroNodeClassifier
from .hetero_spec import EdgeSetSpec
from .hetero_spec import HeteroSpec
from .hetero_tensors import hetero_graph_tensor
from .hetero_tensors import hetero_inputs
from .hetero_tensors import hetero_schema
from .hetero_tensors import spec_of_schema
from .importances import Importances
from .influence_scorer import InfluenceScorer
from .infomax_embedder import InfomaxEmbedder
from .interatomic_potential import InteratomicPotential
from .item_ranking import rank_items
from .knowledge.compl_ex import ComplEx
from .knowledge.decoders import DECODERS
from .knowledge.dist_mult import DistMult
from .knowledge.knowledge_graph_model import KnowledgeGraphModel
from .knowledge.objectives import SelfAdversarial
from .knowledge.objectives import Softmax
from .knowledge.rotate import RotatE
from .knowledge.serving_knowledge_graph import ServingKnowledgeGraph
from .knowledge.trans_e import TransE
from .link_predictor import LinkPredictor
from .neighbor_sampler import NeighborSampler
from .node_classifier import NodeClassifier
from .node_names import NodeNames
from .padded_sizes import size_constraints
from .painn_encoder import PaiNNEncoder
from .recommender import Recommender
from .root_examples import RootExamples
from .sampled_batching import sampled_batches
from .schnet_encoder import SchNetEncoder
from .seed_selection import choose_seeds
from .serving_communities import ServingCommunities
from .serving_embedder import ServingEmbedder
from .serving_graph_model import ServingGraphModel
from .serving_hetero_model import ServingHeteroModel
from .serving_influence import ServingInfluence
from .serving_node_embeddings import ServingNodeEmbeddings
from .serving_potential import ServingPotential
from .serving_recommender import ServingRecommender
from .sparse_features import SparseFeatures
from .spatial_encoder import SpatialEncoder
from .structure_batching import StructureBatches
from .tensor_layout import plain_tensors
from .user_item_matrix import bipartite_matrix
from .walk_embedder import WalkEmbedder

__all__ = [
    "CONVOLUTIONS",
    "DECODERS",
    "APPNPEncoder",
    "AdjacencyMatrix",
    "AttentiveFPEncoder",
    "CommunityConfig",
    "CommunityModel",
    "ComplEx",
    "ContrastConfig",
    "ContrastiveEmbedder",
    "Convolution",
    "ConvolutionEncoder",
    "DMPNNEncoder",
    "DistMult",
    "EGNNEncoder",
    "EdgeSetSpec",
    "EmbeddingConfig",
    "EncoderConfig",
    "FullGraph",
    "GCNIIEncoder",
    "GNNExplainerConfig",
    "GraphArrays",
    "GraphEncoder",
    "GraphEnsemble",
    "GraphModel",
    "GraphPredictor",
    "GraphTensorModel",
    "HeteroEncoder",
    "HeteroFullGraph",
    "HeteroNodeClassifier",
    "HeteroSpec",
    "Importances",
    "InfluenceConfig",
    "InfluenceScorer",
    "InfomaxEmbedder",
    "InteratomicPotential",
    "KnowledgeConfig",
    "KnowledgeGraphModel",
    "KnowledgeTrainingConfig",
    "LinkConfig",
    "LinkPredictor",
    "NeighborSampler",
    "NodeClassifier",
    "NodeNames",
    "PaiNNEncoder",
    "PotentialConfig",
    "PreferenceConfig",
    "ReadoutConfig",
    "Recommender",
    "RecommenderConfig",
    "RootExamples",
    "RotatE",
    "SchNetEncoder",
    "SelfAdversarial",
    "ServingCommunities",
    "ServingEmbedder",
    "ServingGraphModel",
    "ServingHeteroModel",
    "ServingInfluence",
    "ServingKnowledgeGraph",
    "ServingNodeEmbeddings",
    "ServingPotential",
    "ServingRecommender",
    "Softmax",
    "SparseFeatures",
    "SpatialEncoder",
    "StructureBatches",
    "TrainingConfig",
    "TransE",
    "WalkConfig",
    "WalkEmbedder",
    "bipartite_matrix",
    "choose_seeds",
    "compile_model",
    "flatten",
    "from_graph",
    "from_graphs",
    "gradient_times_input",
    "graph_batches",
    "hetero_batches",
    "hetero_graph_tensor",
    "hetero_inputs",
    "hetero_schema",
    "integrated_gradients",
    "make_community_model",
    "make_contrastive_embedder",
    "make_graph_predictor",
    "make_hetero_classifier",
    "make_infomax_embedder",
    "make_knowledge_graph_model",
    "make_link_predictor",
    "make_node_classifier",
    "merged_spec",
    "parse",
    "plain_tensors",
    "rank_items",
    "read_examples",
    "sampled_batches",
    "schema_text",
    "size_constraints",
    "spec_from_schema",
    "spec_of_schema",
    "unflatten",
    "write_example",
]
