"""What two views of a graph lack, and how their nodes are compared."""

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class ContrastConfig:
    """Views and loss of GRACE, see `ContrastiveEmbedder`.

    Args:
        edge_drop: Share of the edges that each of the two views lacks.
        feature_drop: Share of the features that are 0 in each, the same of all nodes.
        contrast_temperature: Of the loss.
        projection_size: Width of the hidden layer of the projection.
        contrast_size: Most nodes that are compared in a step. Of a larger graph as many
            are drawn in each.

    Raises:
        ValueError: If a share is not two numbers from 0 to below 1.
    """

    edge_drop: Sequence[float] = (0.2, 0.4)
    feature_drop: Sequence[float] = (0.3, 0.4)
    contrast_temperature: float = 0.4
    projection_size: int = 64
    contrast_size: int = 4_096

    def __post_init__(self):
        for name in ("edge_drop", "feature_drop"):
            shares = getattr(self, name)
            if len(shares) != 2 or not all(0 <= share < 1 for share in shares):
                given = ",".join(map(str, shares))
                raise ValueError(
                    f"`{name}` must be two numbers from 0 to below 1, one for each "
                    f"view. Received: {name}={given}"
                )
