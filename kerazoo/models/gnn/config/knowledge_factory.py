"""Models of knowledge graphs of configurations."""

import dataclasses

import numpy as np

from kerazoo.models.gnn.config.knowledge_config import KnowledgeConfig
from kerazoo.models.gnn.config.knowledge_training_config import KnowledgeTrainingConfig
from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel


def make_knowledge_graph_model(
    num_entities: int,
    num_relations: int,
    triples: np.ndarray,
    knowledge: KnowledgeConfig | None = None,
    training: KnowledgeTrainingConfig | None = None,
    seed: int = 0,
) -> KnowledgeGraphModel:
    """Makes and compiles a model of triples; in the scope of its strategy.

    Args:
        num_entities: Number of entities.
        num_relations: Number of relations, R.
        triples: int `(2 T, 3)`. Triples to train on and their inverses, whose
            relations count from R.
        knowledge: Which model.
        training: How it learns.
        seed: Of what is drawn in training.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    triples = np.array([[0, 0, 1], [1, 1, 0]])
    model = make_knowledge_graph_model(2, 1, triples)
    ```
    """
    knowledge = knowledge or KnowledgeConfig()
    training = training or KnowledgeTrainingConfig()
    model = KnowledgeGraphModel(
        num_entities,
        num_relations,
        num_edges=len(triples) // 2,
        **dataclasses.asdict(knowledge),
    )
    model.set_graph(triples)
    model.compile(training.make_optimizer())
    model.objective = training.make_objective()
    model.optimizer.build(model.trainable_variables)
    model.noise.state.assign([seed, 0])
    return model
