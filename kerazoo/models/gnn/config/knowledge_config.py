"""Which model of a knowledge graph."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class KnowledgeConfig:
    """Embeddings of entities and relations, and how they score triples.

    Args:
        decoder: `"transe"`, `"distmult"`, `"complex"` or `"rotate"`.
        embedding_size: Width of an entity; of complex numbers, twice their count.
        margin: Of `"transe"` and `"rotate"`, score of a distance of 0.
        reciprocal: Whether inverse relations have embeddings of their own.
        relational_encoder: `"none"`, `"rgcn"` or `"comp_gcn"`.
        num_layers: Convolutions of an encoder.
        composition: Of `"comp_gcn"`: `"subtract"`, `"multiply"` or `"correlate"`.
        num_bases: Basis matrices of `"rgcn"`.
        dropout: Share of heads' and relations' coordinates dropped in training.
    """

    decoder: str = "complex"
    embedding_size: int = 64
    margin: float = 9.0
    reciprocal: bool = True
    relational_encoder: str = "none"
    num_layers: int = 2
    composition: str = "subtract"
    num_bases: int = 4
    dropout: float = 0.0
