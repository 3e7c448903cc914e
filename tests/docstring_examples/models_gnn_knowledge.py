"""An untrained model of two people, and what is known of them."""

import numpy as np

from kerazoo.data.graphs.known_tails import KnownTails
from kerazoo.models.gnn import KnowledgeGraphModel


def names():
    return {
        "knowledge_model": KnowledgeGraphModel(2, 1, embedding_size=4),
        "known_tails": KnownTails(np.array([[0, 0, 1]]), num_relations=1),
    }
