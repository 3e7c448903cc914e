from .encoder_config import EncoderConfig
from .factory import compile_model
from .factory import make_graph_predictor
from .factory import make_link_predictor
from .factory import make_node_classifier
from .link_config import LinkConfig
from .readout_config import ReadoutConfig
from .training_config import TrainingConfig

__all__ = [
    "EncoderConfig",
    "LinkConfig",
    "ReadoutConfig",
    "TrainingConfig",
    "compile_model",
    "make_graph_predictor",
    "make_link_predictor",
    "make_node_classifier",
]
