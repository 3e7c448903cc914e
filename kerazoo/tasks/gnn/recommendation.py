"""Which items suit which users."""

import dataclasses
import json
import os
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data import array_batches
from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.data.graphs.interaction_loading import BUILT_IN
from kerazoo.data.graphs.interaction_loading import interactions_name
from kerazoo.data.graphs.interaction_loading import load_interactions
from kerazoo.data.graphs.interaction_table import InteractionColumns
from kerazoo.evaluation.graphs.item_ranking import checked_cutoff
from kerazoo.evaluation.graphs.item_ranking import ranking_metrics
from kerazoo.models.gnn.config import PreferenceConfig
from kerazoo.models.gnn.config import RecommenderConfig
from kerazoo.models.gnn.config import TrainingConfig
from kerazoo.models.gnn.item_ranking import rank_items
from kerazoo.models.gnn.serving_recommender import ServingRecommender
from kerazoo.models.gnn.user_item_matrix import prepared_bipartite_matrix
from kerazoo.serving.limits import Limits
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.gnn.gnn_task import refuse_jit_compile
from kerazoo.tasks.gnn.recommendation_card import interactions_digest
from kerazoo.tasks.gnn.recommendation_card import recommendation_card
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best
from kerazoo.training.task import Steps


@dataclasses.dataclass
class Recommendation(BaseTask):
    """Learns which items suit which users from what they took.

    All items are ranked for each user but those that it has learnt from; the figures
    are LightGCN's, see `kerazoo.evaluation.graphs.ranking_metrics`. Without
    interactions to choose by, the last weights are kept, and those of the test part are
    watched.

    Args:
        dataset: `"southern_women"`; `"lists"` for `train.txt` and `test.txt` in
            `data_dir`; the name of a table there; or an `InteractionDataset`.
        data_dir: Folder of the dataset's files, or None.
        columns: Columns of a table.
        test_share: Share of each user's items to test, of tables without times and
            `southern_women`.
        validation_share: Share of each user's other items to choose by; 0 for none. Of
            tables with times, the last item but one is.
        batch_size: Examples of a step, over all replicas, at most all there are: users
            for the softmax over all items, interactions for other losses.
        ranking_cutoff: How many items of each user are measured, K; None for 20, or for
            a quarter of the items where that is less.
        recommender: Which model.
        preference: What it learns by.
        training: How it learns; `weight_decay` is the L2 penalty of embeddings.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import Recommendation
    from kerazoo.training import Schedule

    schedule = Schedule(train_steps=20, eval_every=10)
    kerazoo.run(Recommendation(), "runs/women", schedule)["test_recall_at_3"]
    ```
    """

    dataset: str | InteractionDataset = BUILT_IN
    data_dir: str | os.PathLike | None = free(None)
    columns: InteractionColumns = dataclasses.field(default_factory=InteractionColumns)
    test_share: float = 0.2
    validation_share: float = 0.0
    batch_size: int = 1_024
    ranking_cutoff: int | None = None
    recommender: RecommenderConfig = dataclasses.field(
        default_factory=RecommenderConfig
    )
    preference: PreferenceConfig = dataclasses.field(default_factory=PreferenceConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "gnn"
    kind: typing.ClassVar[str] = "recommend"
    title: typing.ClassVar[str] = "gnn recommend"
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (MemoryError,)
    objective = None

    @property
    def name(self) -> str:
        if isinstance(self.dataset, InteractionDataset):
            return self.dataset.name
        return interactions_name(self.dataset, self.data_dir)

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        data = self.dataset
        if not isinstance(data, InteractionDataset):
            data = load_interactions(
                *(data, self.data_dir, self.columns),
                *(self.test_share, self.validation_share, seed),
            )
        data.validate()
        self.data, self.seed = data, seed
        num_users, num_items = len(data.user_names), len(data.item_names)
        self.cutoff = checked_cutoff(self.ranking_cutoff, num_items)
        self.objective = f"ndcg_at_{self.cutoff}" if len(data.validation) else None
        with strategy.scope():
            self.model = self.recommender.make(num_users, num_items)
            self.model.compile(self.training.optimizer())
            self.model.optimizer.build(self.model.trainable_variables)
        preference = self.preference
        if self.recommender.similarity == "cosine_training":
            # Lengths of vectors say how popular an item is, if nothing else is asked.
            power = preference.popularity_power or 0.0
            preference = dataclasses.replace(preference, popularity_power=power)
        self._goal = preference.make(data.train, num_items, seed)
        self._examples = self._goal.examples
        replicas = strategy.num_replicas_in_sync
        # Of few examples none is in a batch twice.
        count = max(len(self._examples[0]) // replicas, 1) * replicas
        self._batch_size = min(self.batch_size, count)
        self.examples_per_step = self._batch_size
        self._bias = preference.item_bias(data.train, num_items)
        self._adjacency = None
        if self.model.num_layers:
            self._adjacency = prepared_bipartite_matrix(data.train, num_items)
        self._represent = tf.function(
            lambda: self.model.represent(self._adjacency), autograph=False
        )
        self._rank = tf.function(rank_items, autograph=False, reduce_retracing=True)

    def identity(self) -> dict[str, typing.Any]:
        return {"data": interactions_digest(self.data)}

    def describe_data(self) -> str:
        data = self.data
        parts = describe_parts(*map(len, (data.train, data.validation, data.test)))
        return (
            f"{data.name}: {len(data.user_names):,} users, {len(data.item_names):,} "
            f"items; interactions: {parts}"
        )

    def card(self) -> ModelCard:
        return recommendation_card(self.data, licence_of(self.dataset))

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Steps:
        refuse_jit_compile(jit_compile)
        return super().steps(strategy, jit_compile)

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        return array_batches(
            self._examples, self._batch_size, self.seed, start_step, context
        )

    def train_step(self, batch: tuple[tf.Tensor, ...]) -> dict[str, typing.Any]:
        """Takes one step on a batch; returns its metrics."""
        return self.model.train_step(
            batch, self._goal, self._adjacency, self.training.weight_decay
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns metrics of the validation part, or of the test part without one."""
        return self._metrics(self.data.validation) if self.objective else self.test()

    def test(self) -> dict[str, float]:
        """Returns metrics of the test part."""
        return self._metrics(self.data.test)

    def measure(self, best: Best) -> dict[str, typing.Any]:
        test = self.test()
        result: dict[str, typing.Any]
        result = {f"test_{name}": value for name, value in test.items()}
        result["score"] = test[f"ndcg_at_{self.cutoff}"]
        if self.objective:
            result["score"] = best.metrics[self.objective]
            result |= {f"validation_{n}": v for n, v in best.metrics.items()}
            result["best_step"] = best.step
        return result

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        users, items = (vectors.numpy() for vectors in self._represent())
        classes = np.repeat([0, 1], [len(users), len(items)])
        picture = pictures.embedding_picture(
            np.concatenate([users, items]), classes, ["users", "items"]
        )
        return {"embedding": picture} if picture else {}

    def files(self) -> dict[str, bytes]:
        """Returns the ids of users and items, in the order of their numbers."""
        names = {"users": self.data.user_names, "items": self.data.item_names}
        return {
            f"{kind}.json": json.dumps(list(ids), ensure_ascii=False).encode()
            for kind, ids in names.items()
        }

    def serving(self, model: keras.Model) -> ServingRecommender:
        data = self.data
        users, items = model.represent(self._adjacency)
        return ServingRecommender(
            *(users.numpy(), items.numpy(), data.user_names, data.item_names),
            *(data.train.union(data.validation), self._bias, self.limits),
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "num_users": len(self.data.user_names),
            "num_items": len(self.data.item_names),
            "limits": self.limits.describe("max_examples", "max_nodes"),
        }

    def _metrics(self, held_out):
        """Returns figures of the users who have something held out."""
        data = self.data
        measured = np.flatnonzero(held_out.sizes)
        left_out = data.train
        if held_out is data.test:
            left_out = left_out.union(data.validation)
        users, items = self._represent()
        left_out = left_out.rows(measured)
        found, _ = self._rank(
            tf.gather(users, measured),
            items,
            tf.constant(self.cutoff),
            tf.RaggedTensor.from_row_splits(left_out.items, left_out.starts),
            None if self._bias is None else tf.constant(self._bias),
        )
        held_out = held_out.rows(measured)
        return ranking_metrics(found.numpy(), held_out, len(data.item_names))
