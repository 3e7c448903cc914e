from .graph import Graph
from .graph_dataset import GraphDataset
from .loading import NODE_DATASETS
from .loading import load_graph_dataset
from .loading import load_node_dataset
from .node_dataset import NodeDataset
from .splits import random_split
from .splits import scaffold_split
from .splits import stratified_folds

__all__ = [
    "NODE_DATASETS",
    "Graph",
    "GraphDataset",
    "NodeDataset",
    "load_graph_dataset",
    "load_node_dataset",
    "random_split",
    "scaffold_split",
    "stratified_folds",
]
