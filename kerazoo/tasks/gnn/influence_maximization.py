"""Which nodes of a graph start the largest cascades."""

import dataclasses
import json
import os
import pathlib
import time
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data import array_batches
from kerazoo.data.graphs.cascades import Cascades
from kerazoo.data.graphs.edge_files import is_edge_list
from kerazoo.data.graphs.edge_list import edge_list
from kerazoo.data.graphs.influence_examples import InfluenceExamples
from kerazoo.data.graphs.influence_examples import influence_examples
from kerazoo.data.graphs.influential_nodes import most_covering
from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.random_cascades import random_cascades
from kerazoo.evaluation.graphs.cascade_spread import influence_spread
from kerazoo.models.gnn.config import InfluenceConfig
from kerazoo.models.gnn.config import TrainingConfig
from kerazoo.models.gnn.seed_losses import seed_loss
from kerazoo.models.gnn.seed_selection import choose_seeds
from kerazoo.models.gnn.serving_influence import ServingInfluence
from kerazoo.serving.limits import Limits
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.gnn_task import refuse_jit_compile
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.influence_baselines import baselines
from kerazoo.tasks.licences import licence_of
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best
from kerazoo.training.task import Steps

_FIELDS = ("source", "target", "probabilities", "is_seed")
_VALIDATION = 16  # Random graphs to choose by.
_SETS = 10_000  # Reverse-reachable sets of each.
_OTHER = 1  # Of the seed of simulated cascades that measure.
_UNSEEN = (0, 1)  # Of graphs to choose by; those to learn from have one number.


@dataclasses.dataclass
class InfluenceMaximization(BaseTask):
    """Learns which nodes of a graph, active at first, activate most others.

    The model learns from random graphs, see `kerazoo.data.graphs.random_cascades`. The
    best is the one whose seeds on others of these meet most reverse-reachable sets, as
    a share of those that greedy choice among the sets meets. It never sees the dataset
    before it chooses seeds there; any other graph will do as well. The result has the
    spread of its seeds by simulation, and those of IMM, of the nodes with most
    neighbours, of random ones and, on small graphs, of CELF.

    Args:
        dataset: A name of `kerazoo.data.graphs.loading.NODE_DATASETS`, the name of a
            file of edges in `data_dir`, see `kerazoo.data.graphs.edge_list`, or a
            `NodeDataset`.
        data_dir: Folder of the dataset's files, or None.
        directed: tables: edges activate one way; otherwise both ways count.
        seed_nodes: How many seeds to choose.
        influence: How nodes activate others, and the model.
        training: How the model learns.
        batch_size: Examples of a step, over all replicas, at most all there are.
        training_graphs: Random graphs to learn from, of four examples each.
        training_nodes: Most nodes of a random graph.
        spread_cascades: Cascades by which each method is measured.
        imm_epsilon: IMM: how near it must come, see
            `kerazoo.data.graphs.influential_nodes.imm`.
        celf_nodes: Most nodes of a graph on which CELF runs, which takes long.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import InfluenceMaximization
    from kerazoo.training import Schedule

    task = InfluenceMaximization("karate_club", training_graphs=8, training_nodes=20)
    schedule = Schedule(train_steps=20, eval_every=10)
    result = kerazoo.run(task, "runs/seeds", schedule)
    result["seeds"], result["spread"], result["imm_spread"]
    ```
    """

    dataset: str | NodeDataset = "karate_club"
    data_dir: str | os.PathLike | None = free(None)
    directed: bool = False
    seed_nodes: int = 5
    influence: InfluenceConfig = dataclasses.field(default_factory=InfluenceConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    batch_size: int = 8
    training_graphs: int = 64
    training_nodes: int = 100
    spread_cascades: int = free(10_000)
    imm_epsilon: float = free(0.1)
    celf_nodes: int = free(100)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "gnn"
    kind: typing.ClassVar[str] = "influence"
    title: typing.ClassVar[str] = "gnn influence"
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (MemoryError,)
    objective = "share"

    @property
    def name(self) -> str:
        name = self.dataset
        if isinstance(name, NodeDataset):
            name = name.name
        elif name == "tables" and self.data_dir:
            name = pathlib.Path(self.data_dir).absolute().name
        elif is_edge_list(name):
            name = pathlib.PurePath(name).name.partition(".")[0]
        return f"{name}_{self.kind}"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self._check()
        self.seed = seed
        self.nodes = nodes = self._read(seed)
        graph = nodes.graph
        names = nodes.node_names
        self.node_names = names or [str(node) for node in range(graph.num_nodes)]
        if not 1 <= self.seed_nodes <= graph.num_nodes:
            raise ValueError(
                f"`seed_nodes` must be from 1 to {graph.num_nodes}, the nodes of "
                f"{nodes.name}. Received: seed_nodes={self.seed_nodes}"
            )
        chances = self.influence.cascade_probability
        if chances is None:
            chances = graph.edge_weights
        try:
            self.cascades = Cascades(
                *(graph.source, graph.target, chances),
                *(graph.num_nodes, self.influence.diffusion),
            )
        except ValueError as error:
            raise ValueError(f"{nodes.name}: {error}") from error
        with strategy.scope():
            self.model = self.influence.make()
            self.model.compile(self.training.optimizer(), seed_loss)
            self.model.optimizer.build(self.model.trainable_variables)
        count, diffusion = self.training_nodes, self.influence.diffusion
        self._examples = influence_examples(
            self.training_graphs, count, diffusion, seed
        )
        random = np.random.default_rng((seed, *_UNSEEN))
        self._unseen = [
            random_cascades(count, diffusion, random) for _ in range(_VALIDATION)
        ]
        self._sets = [c.reverse_reachable(_SETS, random) for c in self._unseen]
        self._most = sum(
            most_covering(sets, _seeds_among(cascades))[1]
            for cascades, sets in zip(self._unseen, self._sets)
        )
        replicas = strategy.num_replicas_in_sync
        most = max(len(self._examples) // replicas, 1) * replicas
        self._batch_size = min(self.batch_size, most)
        self.examples_per_step = self._batch_size
        self._pool = _constants(self._examples)
        self._choose = tf.function(
            lambda inputs, nodes, count: choose_seeds(self.model, inputs, nodes, count),
            autograph=False,
            reduce_retracing=True,
        )

    def identity(self) -> dict[str, typing.Any]:
        return {"data": graph_digest([self.nodes.graph])}

    def describe_data(self) -> str:
        graph = self.nodes.graph
        return (
            f"{self.name}: {graph.num_nodes:,} nodes, {graph.num_edges:,} edges; "
            f"{self.training_graphs:,} random graphs to learn from"
        )

    def card(self) -> ModelCard:
        diffusion = self.influence.diffusion.replace("_", " ")
        return ModelCard(
            summary=f"Chooses seeds of large cascades ({diffusion}) in any graph.",
            intended_use="Graphs whose edges have known probabilities.",
            limitations=(
                "Seeds come without a guarantee: measure their spread by simulation.",
                "Gains are estimates, too large where a graph has many short cycles.",
                "What spreads in life seldom has the probabilities that are given.",
            ),
            measured_on=f"simulated cascades of {self.nodes.graph.num_nodes:,} nodes",
            licence=licence_of(self.dataset),
            data_digest=graph_digest([self.nodes.graph]),
        )

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Steps:
        refuse_jit_compile(jit_compile)
        return super().steps(strategy, jit_compile)

    def batches(
        self, start_step: int, context: tf.distribute.InputContext | None
    ) -> tf.data.Dataset:
        rows = np.arange(len(self._examples), dtype=np.int32)
        return array_batches((rows,), self._batch_size, self.seed, start_step, context)

    def train_step(self, batch: tuple[tf.Tensor, ...]) -> dict[str, typing.Any]:
        """Takes one step on a batch of random graphs; returns its metrics."""
        data, count = _joined(self._pool, batch[0])
        return self.model.train_step(data, num_graphs=count)

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns which share of the sets that greedy choice meets its seeds meet."""
        met = 0
        for cascades, sets in zip(self._unseen, self._sets):
            seeds = self._seeds_of(cascades, _seeds_among(cascades))
            met += int((sets[:, seeds].sum(axis=1) > 0).sum())
        return {"share": met / self._most}

    def measure(self, best: Best) -> dict[str, typing.Any]:
        cascades, count = self.cascades, self.seed_nodes
        with_celf = cascades.num_nodes <= self.celf_nodes
        methods = {
            "": lambda *_, seed: self.seeds(),
            **baselines(self.imm_epsilon, with_celf),
        }
        found: dict[str, typing.Any] = {}
        for name, method in methods.items():
            begin = time.perf_counter()
            seeds = method(cascades, count, seed=self.seed)
            seconds = time.perf_counter() - begin
            measures = influence_spread(
                cascades, seeds, self.spread_cascades, (self.seed, _OTHER)
            )
            measures["selection_seconds"] = round(seconds, 3)
            prefix = f"{name}_" if name else ""
            found |= {f"{prefix}{key}": value for key, value in measures.items()}
        return {
            "seeds": [self.node_names[node] for node in self.seeds()],
            **found,
            "validation_share": best.metrics["share"],
            "best_step": best.step,
            "score": found["spread"],
        }

    def seeds(self, count: int | None = None) -> np.ndarray:
        """Returns the seeds that the model chooses for the dataset, the first first.

        Args:
            count: How many; None for `seed_nodes`.
        """
        count = self.seed_nodes if count is None else count
        return self._seeds_of(self.cascades, count)

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        seeds = self.seeds()
        is_seed = np.isin(np.arange(len(self.node_names)), seeds).astype(np.int32)
        picture = pictures.graph_picture(
            *(self.nodes.graph, is_seed, ["others", "seeds"]),
            *(self.node_names, seeds),
        )
        return {"graph": picture} if picture else {}

    def files(self) -> dict[str, bytes]:
        """Returns the names of the nodes, in the order of their numbers."""
        return {"nodes.json": json.dumps(self.node_names, ensure_ascii=False).encode()}

    def serving(self, model: keras.Model) -> ServingInfluence:
        return ServingInfluence(model, self.limits)

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "diffusion": self.influence.diffusion,
            "seeds": [self.node_names[node] for node in self.seeds()],
            "limits": self.limits.describe("max_examples", "max_nodes", "max_edges"),
        }

    def _check(self):
        for name, least in (
            ("training_graphs", 1),
            ("spread_cascades", 2),
            ("batch_size", 1),
        ):
            value = getattr(self, name)
            if value < least:
                raise ValueError(
                    f"`{name}` must be at least {least}. Received: {name}={value}"
                )
        if not 0 < self.imm_epsilon < 1:
            raise ValueError(
                "`imm_epsilon` must be between 0 and 1. "
                f"Received: imm_epsilon={self.imm_epsilon}"
            )

    def _read(self, seed):
        nodes = self.dataset
        if isinstance(nodes, NodeDataset):
            nodes.validate()
        elif is_edge_list(nodes):
            nodes = edge_list(pathlib.Path(self.data_dir or "", nodes), seed=seed)
        else:
            nodes = load_node_dataset(nodes, self.data_dir, self.directed, seed)
        if not nodes.graph.num_edges:
            raise ValueError(
                f"{nodes.name}: cascades need edges. Received: num_edges=0"
            )
        return nodes

    def _seeds_of(self, cascades, count):
        inputs = {
            "source": tf.constant(cascades.source, tf.int32),
            "target": tf.constant(cascades.target, tf.int32),
            "probabilities": tf.constant(cascades.probabilities, tf.float32),
        }
        sizes = tf.constant(cascades.num_nodes), tf.constant(count)
        return self._choose(inputs, *sizes)[0].numpy()


def _seeds_among(cascades):
    """Returns how many seeds are chosen in a random graph, a tenth of its nodes."""
    return max(cascades.num_nodes // 10, 1)


def _constants(examples: InfluenceExamples) -> dict[str, tf.Tensor]:
    names = (field.name for field in dataclasses.fields(examples))
    return {name: tf.constant(getattr(examples, name)) for name in names}


def _joined(pool, rows):
    """Returns inputs and targets of examples as one graph, and their number."""
    count, size = tf.shape(rows)[0], pool["is_seed"].shape[1]
    numbers = tf.range(count)
    found = {name: tf.gather(values, rows) for name, values in pool.items()}
    targets = tf.stack([found["gains"], found["weights"]], axis=-1)
    for name in ("source", "target"):
        found[name] += numbers[:, None] * size
    inputs = {name: tf.reshape(found[name], [-1]) for name in _FIELDS}
    inputs["graph_ids"] = tf.repeat(numbers, size)
    return (inputs, targets), count
