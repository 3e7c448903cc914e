"""How embeddings of nodes are learnt without labels."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class EmbeddingConfig:
    """What embeddings learn to tell.

    Args:
        embedding_method: `"dgi"`, see `InfomaxEmbedder`, `"grace"`, see
            `ContrastiveEmbedder`, or `"node2vec"`, see `WalkEmbedder`.
        embedding_size: Width of the embeddings.
    """

    embedding_method: str = "grace"
    embedding_size: int = 64


# Name to what it learns from.
EMBEDDING_METHODS = {
    "dgi": "the graph against one with the features shuffled",
    "grace": "two views of the graph, without some edges and features",
    "node2vec": "which nodes walks meet",
}
