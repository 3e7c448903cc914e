"""What a recommender is, and what it learns by."""

import dataclasses
import typing

import numpy as np

from kerazoo.models.gnn.recommendation_batch import Taken
from kerazoo.models.gnn.recommendation_objectives import PairwiseObjective
from kerazoo.models.gnn.recommendation_objectives import SampledSoftmaxObjective
from kerazoo.models.gnn.recommendation_objectives import SoftmaxObjective
from kerazoo.models.gnn.recommender import Recommender

# Name to what it learns from.
RECOMMENDERS = {
    "lightgcn": "what users took, and who took the same",
    "mf": "what users took",
}
# Name to what is learnt.
LOSSES = {
    "softmax": "what a user took among all items",
    "sampled_softmax": "an item among those of the batch and drawn ones",
    "bpr": "an item above a drawn one",
}


@dataclasses.dataclass(frozen=True)
class RecommenderConfig:
    """Kind and sizes of a `Recommender`.

    Args:
        architecture: `"lightgcn"`, or `"mf"` for matrix factorisation.
        embedding_size: Width of the vectors.
        num_layers: lightgcn: steps of propagation.
        similarity: How users and items are compared, see `Recommender`.

    Example:

    ```python
    from kerazoo.models.gnn.config import RecommenderConfig

    model = RecommenderConfig("mf").make(num_users=3, num_items=4)
    ```
    """

    architecture: str = "lightgcn"
    embedding_size: int = 64
    num_layers: int = 3
    similarity: str = "cosine"

    def make(self, num_users: int, num_items: int) -> Recommender:
        """Makes the model.

        Raises:
            ValueError: If an argument is out of range.
        """
        _check("architecture", self.architecture, RECOMMENDERS)
        num_layers = self.num_layers if self.architecture == "lightgcn" else 0
        return Recommender(
            num_users, num_items, self.embedding_size, num_layers, self.similarity
        )


@dataclasses.dataclass(frozen=True)
class PreferenceConfig:
    """What a recommender learns by.

    Args:
        ranking_loss: `"softmax"`: what a user took among all items;
            `"sampled_softmax"`: an item among those of the batch and drawn ones;
            `"bpr"`: an item above a drawn one.
        ranking_temperature: Scores are divided by it.
        ranking_negatives: sampled_softmax: items drawn in each step, for the whole
            batch.
        in_batch_negatives: sampled_softmax: whether the items of a batch are negatives
            of each other.
        popularity_power: The share of an item is multiplied by this power of how often
            it was taken, when items are ranked; with softmax in the loss, too. In-batch
            negatives divide by the first power already, as what is popular is a
            negative often
            ([Yi et al., 2019](https://doi.org/10.1145/3298689.3346996)). None for 1
            with softmax and in-batch negatives, else 0.

    Example:

    ```python
    from kerazoo.data.graphs.southern_women import southern_women
    from kerazoo.models.gnn.config import PreferenceConfig

    preference = PreferenceConfig("bpr", ranking_temperature=1.0)
    objective = preference.make(southern_women().train, num_items=14, seed=0)
    ```
    """

    ranking_loss: str = "softmax"
    ranking_temperature: float = 0.2
    ranking_negatives: int = 0
    in_batch_negatives: bool = True
    popularity_power: float | None = None

    def make(self, taken: Taken, num_items: int, seed: int) -> typing.Any:
        """Makes the objective, see `kerazoo.models.gnn.recommendation_objectives`.

        Args:
            taken: What users took.
            num_items: Number of all items.
            seed: Of what is drawn.

        Raises:
            ValueError: If an argument is out of range.
        """
        _check("ranking_loss", self.ranking_loss, LOSSES)
        if not self.ranking_temperature > 0:
            raise ValueError(
                "`ranking_temperature` must be positive. "
                f"Received: ranking_temperature={self.ranking_temperature}"
            )
        if self.ranking_loss == "softmax":
            bias = self.item_bias(taken, num_items)
            return SoftmaxObjective(taken, self.ranking_temperature, bias)
        if self.ranking_loss == "bpr":
            return PairwiseObjective(taken, num_items, self.ranking_temperature, seed)
        return SampledSoftmaxObjective(
            taken,
            num_items,
            self.ranking_temperature,
            self.ranking_negatives,
            self.in_batch_negatives,
            seed,
        )

    def item_bias(self, taken: Taken, num_items: int) -> np.ndarray | None:
        """Returns what is added to the scores of items.

        Args:
            taken: What users took.
            num_items: Number of all items.

        Returns:
            float32 `(I,)`, `ranking_temperature` times `popularity_power` times the
            logarithm of how often each item was taken; None where that is 0.
        """
        power = self.popularity_power
        if power is None:
            is_sampled = self.ranking_loss == "sampled_softmax"
            in_batch = is_sampled and self.in_batch_negatives
            power = float(in_batch or self.ranking_loss == "softmax")
        if not power:
            return None
        counts = np.maximum(np.bincount(taken.items, minlength=num_items), 1)
        scale = self.ranking_temperature * power
        return (scale * np.log(counts)).astype(np.float32)


def _check(name, value, allowed):
    if value not in allowed:
        raise ValueError(
            f"`{name}` must be one of {', '.join(allowed)}. Received: {name}={value}"
        )
