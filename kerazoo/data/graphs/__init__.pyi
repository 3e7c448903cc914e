from .cascades import Cascades
from .graph import Graph
from .graph_dataset import GraphDataset
from .influential_nodes import celf
from .influential_nodes import imm
from .interaction_dataset import InteractionDataset
from .interaction_loading import load_interactions
from .interactions import Interactions
from .loading import NODE_DATASETS
from .loading import load_graph_dataset
from .loading import load_node_dataset
from .node_dataset import NodeDataset
from .random_walks import RandomWalks
from .splits import random_split
from .splits import scaffold_split
from .splits import stratified_folds
from .structure import Structure
from .structure_dataset import StructureDataset
from .structure_loading import load_structures
from .triple_dataset import TripleDataset
from .triple_loading import load_triples

__all__ = [
    "NODE_DATASETS",
    "Cascades",
    "Graph",
    "GraphDataset",
    "InteractionDataset",
    "Interactions",
    "NodeDataset",
    "RandomWalks",
    "Structure",
    "StructureDataset",
    "TripleDataset",
    "celf",
    "imm",
    "load_graph_dataset",
    "load_interactions",
    "load_node_dataset",
    "load_structures",
    "load_triples",
    "random_split",
    "scaffold_split",
    "stratified_folds",
]
