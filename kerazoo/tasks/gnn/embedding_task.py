"""What the tasks that embed nodes have in common."""

import dataclasses
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.edge_split import EdgeSplit
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.data.graphs.splits import edge_split
from kerazoo.evaluation.graphs.linear_probe import linear_probe
from kerazoo.evaluation.graphs.metrics import link_metrics
from kerazoo.models.gnn.config import EmbeddingConfig
from kerazoo.models.gnn.serving_embedder import ServingEmbedder
from kerazoo.tasks.gnn import pictures
from kerazoo.tasks.gnn.graph_digest import graph_digest
from kerazoo.tasks.gnn.one_graph_task import describe_graph
from kerazoo.tasks.gnn.plain_graph_task import PlainGraphTask
from kerazoo.tasks.licences import licence_of
from kerazoo.training.model_card import ModelCard
from kerazoo.training.task import Best

_FEWEST = 3  # Edges, where some are held out.


@dataclasses.dataclass
class EmbeddingTask(PlainGraphTask):
    """Base class of the tasks that embed the nodes of an undirected graph.

    Embeddings are measured by a linear probe where nodes have classes, see
    `kerazoo.evaluation.graphs.linear_probe`, and by how well their cosine tells edges
    that were held out from other pairs. The validation nodes, or else edges, choose
    the best model; without either it is the last.

    Args:
        dataset, data_dir, labels_file: See
            `kerazoo.tasks.gnn.plain_graph_task.PlainGraphTask`.
        held_out_edges: Share of the edges that is held out; None for 0 where nodes have
            classes, else 0.1. Half as many choose the model.
        embedding: What is learnt, and the width.
        encoder, training: See `kerazoo.tasks.gnn.gnn_task.GNNTask`.
    """

    held_out_edges: float | None = None
    embedding: EmbeddingConfig = dataclasses.field(
        default_factory=EmbeddingConfig, kw_only=True
    )

    kind = "embed"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        self.nodes = nodes = self.read_nodes(seed)
        self.class_names = nodes.class_names
        share = self.held_out_edges
        if share is None:
            share = 0.0 if nodes.num_classes else 0.1
        if not 0 <= share < 0.6:
            raise ValueError(
                "`held_out_edges` must be from 0 to below 0.6. "
                f"Received: held_out_edges={share}"
            )
        self._split: EdgeSplit | None = None
        graph = nodes.graph
        if share:
            if graph.num_edges < 2 * _FEWEST:
                raise ValueError(
                    f"{nodes.name}: `held_out_edges` needs at least {_FEWEST} edges, "
                    "to train, choose and test on: use 0, or more edges. Received: "
                    f"held_out_edges={share}, {graph.num_edges // 2} edges"
                )
            self._split = edge_split(graph, share / 2, share, seed)
            graph = self._split.graph
        self._choose_metric(nodes)
        self.learn(graph, strategy)

    def learn(self, graph: Graph, strategy: tf.distribute.Strategy) -> None:
        """Makes the model for the graph that it learns from."""
        raise NotImplementedError

    def embeddings(self) -> np.ndarray:
        """Returns the embeddings of the nodes, float `(N, U)`."""
        return self.forward().numpy()

    def describe_data(self) -> str:
        nodes, split = self.nodes, self._split
        labelled = len(nodes.train) + len(nodes.validation) + len(nodes.test)
        parts = [describe_graph(self.name, nodes.graph)]
        if labelled:
            parts.append(f"{labelled:,} nodes with classes, for measures alone")
        if split is not None:
            held_out = len(split.validation) + len(split.test)
            parts.append(f"{held_out:,} edges held out")
        return "; ".join(parts)

    def card(self) -> ModelCard:
        nodes = self.nodes
        measured = f"{len(nodes.test):,} nodes, by a linear probe"
        if not nodes.num_classes:
            count = len(self._split.test) if self._split else 0
            measured = f"{count:,} edges that were held out"
        return ModelCard(
            summary=f"Embeds the nodes of {self.name}, and finds those alike.",
            intended_use="Features of nodes for other models; search for those alike.",
            limitations=(
                "Nodes are alike by their place and features; by what else, nothing "
                "was learnt.",
                "Embeddings of two models cannot be compared.",
                "Not for decisions about people.",
            ),
            measured_on=measured,
            licence=licence_of(self.dataset),
            data_digest=graph_digest([nodes.graph]),
        )

    def evaluate(self, step: int | None = None) -> dict[str, float]:
        """Returns measures of the validation nodes and of the validation edges."""
        embeddings, nodes = self.embeddings(), self.nodes
        found = {}
        if nodes.num_classes:
            watched = nodes.validation if len(nodes.validation) else nodes.train
            found = _probe(embeddings, nodes, watched)
        if self._split is not None:
            pairs = self._split.validation, self._split.validation_negatives
            found |= _links(embeddings, *pairs)
        return found

    def test(self) -> dict[str, float]:
        embeddings, nodes = self.embeddings(), self.nodes
        found = {}
        if nodes.num_classes:
            found = _probe(embeddings, nodes, nodes.test)
        if self._split is not None:
            pairs = self._split.test, self._split.test_negatives
            found |= _links(embeddings, *pairs)
        return found

    def measure(self, best: Best) -> dict[str, typing.Any]:
        if self.metric is not None:
            return super().measure(best)
        return {"score": 0.0}  # There is nothing to measure by.

    def pictures(self, best: Best | None = None) -> dict[str, bytes]:
        nodes = self.nodes
        labels, class_names = nodes.labels, nodes.class_names
        if not nodes.num_classes:
            labels, class_names = np.zeros(nodes.graph.num_nodes, int), ["nodes"]
        picture = pictures.embedding_picture(self.embeddings(), labels, class_names)
        return {"embedding": picture} if picture else {}

    def metadata(self) -> dict[str, typing.Any]:
        return {
            **super().metadata(),
            "num_nodes": len(self.node_names),
            "embedding_method": self.embedding.embedding_method,
            "embedding_size": self.embedding.embedding_size,
        }

    def serving(self, model: keras.Model) -> typing.Any:
        return ServingEmbedder(
            model,
            self.node_names,
            self.embeddings(),
            self._has_edge_weights,
            self._example_graph,
            self.limits,
        )

    def _choose_metric(self, nodes: NodeDataset) -> None:
        self.metric = "accuracy" if nodes.num_classes else None
        if not nodes.num_classes and self._split is not None:
            self.metric = "link_auc"
        is_chosen = self.metric == "link_auc" or len(nodes.validation)
        self.objective = self.metric if is_chosen else None


def _probe(embeddings, nodes, watched):
    parts = nodes.train, nodes.validation, watched
    found = linear_probe(embeddings, nodes.labels, *parts)
    return {name: found[name] for name in ("accuracy", "macro_f1")}


def _links(embeddings, positive, negative):
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    rows = embeddings / np.maximum(lengths, 1e-12)
    scores = [(rows[p[:, 0]] * rows[p[:, 1]]).sum(axis=1) for p in (positive, negative)]
    return {f"link_{name}": value for name, value in link_metrics(*scores).items()}
