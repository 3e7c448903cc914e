from .community_config import CommunityConfig
from .contrast_config import ContrastConfig
from .embedding_config import EmbeddingConfig
from .encoder_config import EncoderConfig
from .factory import compile_model
from .factory import make_community_model
from .factory import make_contrastive_embedder
from .factory import make_graph_predictor
from .factory import make_infomax_embedder
from .factory import make_link_predictor
from .factory import make_node_classifier
from .hetero_factory import make_hetero_classifier
from .influence_config import InfluenceConfig
from .knowledge_config import KnowledgeConfig
from .knowledge_factory import make_knowledge_graph_model
from .knowledge_training_config import KnowledgeTrainingConfig
from .link_config import LinkConfig
from .potential_config import PotentialConfig
from .readout_config import ReadoutConfig
from .recommender_config import PreferenceConfig
from .recommender_config import RecommenderConfig
from .training_config import TrainingConfig
from .walk_config import WalkConfig

__all__ = [
    "CommunityConfig",
    "ContrastConfig",
    "EmbeddingConfig",
    "EncoderConfig",
    "InfluenceConfig",
    "KnowledgeConfig",
    "KnowledgeTrainingConfig",
    "LinkConfig",
    "PotentialConfig",
    "PreferenceConfig",
    "ReadoutConfig",
    "RecommenderConfig",
    "TrainingConfig",
    "WalkConfig",
    "compile_model",
    "make_community_model",
    "make_contrastive_embedder",
    "make_graph_predictor",
    "make_hetero_classifier",
    "make_infomax_embedder",
    "make_knowledge_graph_model",
    "make_link_predictor",
    "make_node_classifier",
]
