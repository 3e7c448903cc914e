"""How nodes activate others, and what learns of which they activate."""

import dataclasses

from kerazoo.models.gnn.influence_scorer import InfluenceScorer


@dataclasses.dataclass(frozen=True)
class InfluenceConfig:
    """Kind of cascades, and sizes of an `InfluenceScorer`.

    Args:
        diffusion: `"independent_cascade"` or `"linear_threshold"`.
        cascade_probability: Probability that a node activates a neighbour, of all
            edges; None for the weights of the edges, where they have some, or 1 through
            the number of edges to the neighbour.
        hidden_size: Width of the layers.
        num_layers: Number of layers.
        cascade_rounds: Rounds of the estimates that the model corrects.

    Raises:
        ValueError: If a probability is not above 0 and at most 1.

    Example:

    ```python
    from kerazoo.models.gnn.config import InfluenceConfig

    model = InfluenceConfig(cascade_probability=0.01).make()
    ```
    """

    diffusion: str = "independent_cascade"
    cascade_probability: float | None = None
    hidden_size: int = 32
    num_layers: int = 2
    cascade_rounds: int = 5

    def __post_init__(self):
        chance = self.cascade_probability
        if chance is not None and not 0 < chance <= 1:
            raise ValueError(
                "`cascade_probability` must be above 0 and at most 1. "
                f"Received: cascade_probability={chance}"
            )

    def make(self) -> InfluenceScorer:
        """Makes the model.

        Raises:
            ValueError: If an argument is out of range.
        """
        return InfluenceScorer(
            self.hidden_size, self.num_layers, self.cascade_rounds, self.diffusion
        )
