"""How a link between two nodes is scored."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class LinkConfig:
    """What is made of the embeddings of a link's ends.

    Args:
        decoder: `"dot"`, `"bilinear"` or `"mlp"`, see `LinkPredictor`.
        embedding_size: Width of the embeddings.
    """

    decoder: str = "mlp"
    embedding_size: int = 64
