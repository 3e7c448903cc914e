from .graph_prediction import GraphPrediction
from .link_prediction import LinkPrediction
from .node_classification import NodeClassification
from .sampled_node_classification import SampledNodeClassification

__all__ = [
    "GraphPrediction",
    "LinkPrediction",
    "NodeClassification",
    "SampledNodeClassification",
]
