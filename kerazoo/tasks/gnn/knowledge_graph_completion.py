"""Which triples of a knowledge graph are missing."""

import dataclasses
import math
import os
import typing
import warnings

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.batching import array_batches
from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.known_tails import KnownTails
from kerazoo.data.graphs.query_tails import query_tails
from kerazoo.data.graphs.triple_dataset import TripleDataset
from kerazoo.data.graphs.triple_dataset import both_ways
from kerazoo.data.graphs.triple_files import name_of_triples
from kerazoo.data.graphs.triple_loading import load_triples
from kerazoo.evaluation.graphs.triple_ranking import completion_metrics
from kerazoo.evaluation.graphs.triple_ranking import rank_in_blocks
from kerazoo.models.gnn.config import KnowledgeConfig
from kerazoo.models.gnn.config import KnowledgeTrainingConfig
from kerazoo.models.gnn.config import make_knowledge_graph_model
from kerazoo.models.gnn.knowledge.serving_knowledge_graph import ServingKnowledgeGraph
from kerazoo.serving.limits import Limits
from kerazoo.tasks.gnn.gnn_task import describe_parts
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best

_MOST_SCORES = 2**24  # Numbers that are in memory at a time, in an evaluation.


@dataclasses.dataclass
class KnowledgeGraphCompletion(BaseTask):
    """Learns which tails a head and a relation have, and which heads.

    It is measured by the ranks of held-out triples among all entities, both ways.
    What is known to be right as well is left out, and ties share their mean rank.

    Args:
        dataset: A key of `kerazoo.data.graphs.triple_loading.TRIPLE_DATASETS`, or a
            `TripleDataset`.
        data_dir: Folder or file of the triples, or None, see
            `kerazoo.data.graphs.triple_files.read_triples`.
        batch_size: Queries of a step, over all devices, at most all there are.
        tails_per_query: Most tails of a query, see
            `kerazoo.data.graphs.query_tails.query_tails`.
        knowledge: Which model.
        training: How it learns.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import KnowledgeGraphCompletion
    from kerazoo.training import Schedule

    task = KnowledgeGraphCompletion("family_tree")
    result = kerazoo.run(task, "runs/family", Schedule(train_steps=20, eval_every=10))
    result["test_mrr"]
    ```
    """

    dataset: str | TripleDataset = "family_tree"
    data_dir: str | os.PathLike | None = free(None)
    batch_size: int = 128
    tails_per_query: int = 4
    knowledge: KnowledgeConfig = dataclasses.field(default_factory=KnowledgeConfig)
    training: KnowledgeTrainingConfig = dataclasses.field(
        default_factory=KnowledgeTrainingConfig
    )
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "gnn"
    kind: typing.ClassVar[str] = "knowledge_graph"
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (MemoryError,)
    metric: typing.ClassVar[str] = "mrr"

    @property
    def title(self) -> str:
        return f"{self.family} {self.kind}"

    @property
    def name(self) -> str:
        if isinstance(self.dataset, TripleDataset):
            return self.dataset.name
        if self.dataset == "triples" and self.data_dir:
            return name_of_triples(self.data_dir)
        return self.dataset

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        check_batch_size(self.batch_size, strategy)
        if self.tails_per_query < 1:
            raise ValueError(
                "`tails_per_query` must be positive. "
                f"Received: tails_per_query={self.tails_per_query}"
            )
        triples = self.dataset
        if not isinstance(triples, TripleDataset):
            triples = load_triples(triples, self.data_dir, seed)
        triples.validate()
        _warn_of_unseen(triples)
        _warn_of_repeated(triples)
        self.triples, self.seed = triples, seed
        train = both_ways(triples.train, triples.num_relations)
        self._queries = query_tails(
            triples.train, triples.num_relations, self.tails_per_query, seed
        )
        replicas = strategy.num_replicas_in_sync
        # Of few queries none is in a batch twice.
        count = max(len(self._queries[0]) // replicas, 1) * replicas
        self._batch_size = min(self.batch_size, count)
        self.known = KnownTails(triples.triples, triples.num_relations)
        with strategy.scope():
            self.model = make_knowledge_graph_model(
                triples.num_entities,
                triples.num_relations,
                train,
                self.knowledge,
                self.training,
                seed,
            )
        self.objective = self.metric if len(triples.validation) else None
        self.examples_per_step = self._batch_size * len(train) / len(self._queries[0])
        self._score = tf.function(
            self.model.score, reduce_retracing=True, autograph=False
        )

    def identity(self) -> dict[str, typing.Any]:
        return {"triples": self._digest()}

    def describe_data(self) -> str:
        triples = self.triples
        sizes = map(len, (triples.train, triples.validation, triples.test))
        return (
            f"{self.name}: {triples.num_entities:,} entities, "
            f"{triples.num_relations:,} relations; triples: {describe_parts(*sizes)}"
        )

    def card(self) -> ModelCard:
        return ModelCard(
            summary=f"Completes triples of {self.name}: which tails a head and a "
            "relation have, and which heads a relation and a tail.",
            intended_use="Putting entities of this graph in an order, to be looked at.",
            limitations=(
                "What is not in the graph may be true or false: it was taken for "
                "false in training.",
                "Scores put the entities of one query in order, and are no "
                "probabilities.",
                "Of entities and relations that were not in training it knows nothing.",
                "Not for decisions about people.",
            ),
            measured_on=f"{len(self.triples.test):,} triples that were held out, both "
            "ways",
            licence=licence_of(self.dataset),
            data_digest=self._digest(),
        )

    def batches(
        self, start_step: int, context: tf.distribute.InputContext
    ) -> tf.data.Dataset:
        """Returns the endless dataset of queries and their tails."""
        return array_batches(
            self._queries, self._batch_size, self.seed, start_step, context
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns `mrr`, `hits_at_1`, `hits_at_3`, `hits_at_10` and `mean_rank`.

        They are of the validation triples, or of the test's where there are none.
        """
        part = "validation" if self.objective else "test"
        return self.rank(getattr(self.triples, part))

    def measure(self, best: Best) -> dict[str, typing.Any]:
        found = self.rank(self.triples.test)
        result: dict[str, typing.Any]
        result = {f"test_{name}": value for name, value in found.items()}
        if self.objective:
            result |= {f"validation_{name}": v for name, v in best.metrics.items()}
            result["best_step"] = best.step
        result["score"] = (best.metrics if self.objective else found)[self.metric]
        return result

    def rank(self, triples: np.ndarray) -> dict[str, float]:
        """Returns the metrics of triples `(T, 3)`, both ways."""
        tables = self.model.tables()
        scores = self.triples.num_entities * self.model.decoder.numbers_per_score

        def score(heads, relations):
            return self._score(*tables, heads, relations).numpy()

        ranks = rank_in_blocks(
            score,
            self.known,
            both_ways(triples, self.triples.num_relations),
            block=max(1, min(512, _MOST_SCORES // scores)),
        )
        return completion_metrics(ranks)

    def files(self) -> dict[str, bytes]:
        return {
            "entities.txt": _lines(self.triples.entity_names),
            "relations.txt": _lines(self.triples.relation_names),
        }

    def serving(self, model: keras.Model) -> ServingKnowledgeGraph:
        triples = self.triples
        return ServingKnowledgeGraph(
            model, triples.entity_names, triples.relation_names, self.known, self.limits
        )

    def metadata(self) -> dict[str, typing.Any]:
        weights = self.model.trainable_variables
        return {
            "task": self.kind,
            "dataset": self.name,
            "num_entities": self.triples.num_entities,
            "num_relations": self.triples.num_relations,
            "parameters": sum(math.prod(v.shape) for v in weights),
            "limits": self.limits.describe("max_examples", "max_edges"),
        }

    def _digest(self):
        triples = self.triples
        names = triples.entity_names, triples.relation_names
        return data_digest(*names, triples.train, triples.validation, triples.test)


def _warn_of_unseen(triples):
    unseen = triples.unseen_entities
    if unseen:
        warnings.warn(
            f"{len(unseen):,} entities are in no triple to train on, such as "
            f"{unseen[0]}: nothing is learnt of them, and they count in the test.",
            stacklevel=3,
        )


def _warn_of_repeated(triples):
    train = set(map(tuple, triples.train.tolist()))
    repeated = sum(tuple(triple) in train for triple in triples.test.tolist())
    if repeated:
        warnings.warn(
            f"{repeated:,} of {len(triples.test):,} test triples are trained on, too: "
            "the test says too much of how well others are found.",
            stacklevel=3,
        )


def _lines(names):
    return "".join(f"{name}\n" for name in names).encode()
