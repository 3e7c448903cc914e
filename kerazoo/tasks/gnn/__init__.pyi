from .community_detection import CommunityDetection
from .contrastive_embedding import ContrastiveEmbedding
from .graph_prediction import GraphPrediction
from .hetero_node_classification import HeteroNodeClassification
from .influence_maximization import InfluenceMaximization
from .infomax_embedding import InfomaxEmbedding
from .knowledge_graph_completion import KnowledgeGraphCompletion
from .link_prediction import LinkPrediction
from .node_classification import NodeClassification
from .potential_learning import PotentialLearning
from .recommendation import Recommendation
from .root_node_classification import RootNodeClassification
from .sampled_hetero_node_classification import SampledHeteroNodeClassification
from .sampled_node_classification import SampledNodeClassification
from .walk_embedding import WalkEmbedding

__all__ = [
    "CommunityDetection",
    "ContrastiveEmbedding",
    "GraphPrediction",
    "HeteroNodeClassification",
    "InfluenceMaximization",
    "InfomaxEmbedding",
    "KnowledgeGraphCompletion",
    "LinkPrediction",
    "NodeClassification",
    "PotentialLearning",
    "Recommendation",
    "RootNodeClassification",
    "SampledHeteroNodeClassification",
    "SampledNodeClassification",
    "WalkEmbedding",
]
