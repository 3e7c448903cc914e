"""Model of the triples of a knowledge graph."""

import typing

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.knowledge.decoders import DECODERS
from kerazoo.models.gnn.knowledge.relational_encoder import RelationalEncoder
from kerazoo.training.global_batch import GlobalBatch
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas

RELATIONAL_ENCODERS = ("none", "rgcn", "comp_gcn")


@keras.saving.register_keras_serializable(package="kerazoo")
class KnowledgeGraphModel(ReplicaModel):
    r"""Scores all entities as the tail of a head and a relation.

    Heads are the tails of inverse relations, \(r + R\). With `reciprocal` these have
    embeddings of their own ([Lacroix et al., 2018](https://arxiv.org/abs/1806.07297),
    Section 3); else they are those of the relations, turned round by the decoder.

    Args:
        num_entities: Number of entities, N.
        num_relations: Number of relations, R.
        decoder: `"transe"`, `"distmult"`, `"complex"` or `"rotate"`.
        embedding_size: Width D of the entities.
        margin: Of `"transe"` and `"rotate"`, score of a distance of 0.
        reciprocal: Whether inverse relations have embeddings of their own.
        relational_encoder: `"none"`, or `"rgcn"` or `"comp_gcn"` for embeddings that
            know their neighbours in the graph that `set_graph` gives.
        num_edges: Of an encoder, number of the triples to train on.
        num_layers, composition, num_bases: Of an encoder, see `RelationalEncoder`.
        dropout: Share of heads' and relations' coordinates dropped in training.

    Call arguments:
        inputs: dict of `heads` and `relations`, int `(B,)`, relations from 0 to
            2 R - 1.

    Returns:
        float `(B, N)`, the scores of all entities.

    Raises:
        ValueError: If a choice is unknown, or choices do not go together.

    Example:

    ```python
    model = KnowledgeGraphModel(5, 2, decoder="complex", embedding_size=8)
    heads, relations = np.array([0, 4]), np.array([1, 3])
    model({"heads": heads, "relations": relations})  # (2, 5)
    ```
    """

    def __init__(
        self,
        num_entities: int,
        num_relations: int,
        decoder: str = "complex",
        embedding_size: int = 128,
        margin: float = 9.0,
        reciprocal: bool = True,
        relational_encoder: str = "none",
        num_edges: int = 0,
        num_layers: int = 2,
        composition: str = "subtract",
        num_bases: int = 4,
        dropout: float = 0.0,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        _check("decoder", decoder, DECODERS)
        _check("relational_encoder", relational_encoder, RELATIONAL_ENCODERS)
        if relational_encoder == "comp_gcn" and (decoder == "rotate" or not reciprocal):
            received = "decoder=rotate" if reciprocal else "reciprocal=False"
            raise ValueError(
                "`relational_encoder` comp_gcn makes the embeddings of inverse "
                "relations, as wide as those of entities, and goes with `reciprocal` "
                f"and another `decoder` than rotate. Received: {received}"
            )
        self._config = {
            "num_entities": num_entities,
            "num_relations": num_relations,
            "decoder": decoder,
            "embedding_size": embedding_size,
            "margin": margin,
            "reciprocal": reciprocal,
            "relational_encoder": relational_encoder,
            "num_edges": num_edges,
            "num_layers": num_layers,
            "composition": composition,
            "num_bases": num_bases,
            "dropout": dropout,
        }
        self.num_entities, self.num_relations = num_entities, num_relations
        self.decoder = DECODERS[decoder](embedding_size, margin)
        self.reciprocal = reciprocal
        self.dropout = dropout
        self.encoder: typing.Any = None
        self.entities = self.add_weight(
            shape=(num_entities, embedding_size),
            initializer=self.decoder.initializer(),
            autocast=False,
            name="entities",
        )
        self.relations = self.add_weight(
            shape=(
                num_relations * (2 if reciprocal else 1),
                self.decoder.relation_size,
            ),
            initializer=self.decoder.initializer(),
            autocast=False,
            name="relations",
        )
        if relational_encoder != "none":
            self.encoder = RelationalEncoder(
                relational_encoder,
                embedding_size,
                2 * num_relations,
                num_layers,
                composition,
                num_bases,
            )
            self.edges = self.add_weight(
                shape=(2 * num_edges, 3),
                initializer="zeros",
                dtype="int32",
                trainable=False,
                name="edges",
            )
        self.noise = keras.random.SeedGenerator(0)
        self.objective: typing.Any = None
        self(self.example_inputs())

    def example_inputs(self) -> dict[str, Tensor]:
        """Returns a query, as `call` takes it."""
        one = np.zeros(1, "int32")
        return {"heads": one, "relations": one}

    def set_graph(self, triples: np.ndarray) -> None:
        """Gives the encoder the graph that it embeds: triples and their inverses.

        Args:
            triples: int `(2 T, 3)`.
        """
        if self.encoder is not None:
            self.edges.assign(triples)

    def tables(self) -> tuple[Tensor, Tensor]:
        """Returns the entities `(N, D)`, and the relations with inverses, 2 R rows."""
        entities = ops.convert_to_tensor(self.entities)
        relations = ops.convert_to_tensor(self.relations)
        if not self.reciprocal:
            inverses = self.decoder.inverse(relations)
            relations = ops.concatenate([relations, inverses])
        if self.encoder is None:
            return entities, relations
        edges = ops.convert_to_tensor(self.edges)
        source, types, target = (edges[:, i] for i in range(3))
        encoded = self.encoder(entities, relations, source, target, types)
        return tuple(ops.cast(table, "float32") for table in encoded)

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        return self.score(*self.tables(), inputs["heads"], inputs["relations"])

    def score(
        self, entities: Tensor, relations: Tensor, heads: Tensor, kinds: Tensor
    ) -> Tensor:
        """Returns the scores `(B, N)` of tails by tables that are there already."""
        query = self.decoder.query(
            ops.take(entities, heads, axis=0), ops.take(relations, kinds, axis=0)
        )
        return ops.cast(self.decoder.scores(query, entities), "float32")

    # Without further arguments of a call.
    def train_step(  # type: ignore[override]
        self, data: tuple[Tensor, Tensor]
    ) -> dict[str, typing.Any]:
        """Takes one step.

        Args:
            data: This replica's queries, int `(B, 2)`, and their tails, int `(B, K)`
                with -1 for none.

        Returns:
            dict of `loss`, the mean over all tails of the global batch, without the
            penalty.
        """
        queries, tails = data
        batch = GlobalBatch(tf.shape(queries)[0], self.noise)
        weights = ops.sum(ops.cast(tails >= 0, "float32"), axis=1)
        with tf.GradientTape() as tape:
            losses, penalties = self.objective(self, queries, tails, batch)
            share = share_of_mean(losses, weights)
            total = share + share_of_mean(penalties, weights)
            total = self.optimizer.scale_loss(total)
        self.loss_tracker.update_state(losses, weights)
        self.apply_gradients(tape.gradient(total, self.trainable_variables))
        return {"loss": sum_over_replicas(share)}

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **self._config,
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "KnowledgeGraphModel":
        before = keras.config.dtype_policy()
        # The layers inside take the policy of the moment, which was the model's.
        keras.config.set_dtype_policy(keras.dtype_policies.deserialize(config["dtype"]))
        try:
            return cls(**config)
        finally:
            keras.config.set_dtype_policy(before)

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""


def _check(name, value, known):
    if value not in known:
        raise ValueError(
            f"`{name}` must be one of {', '.join(known)}. Received: {name}={value}"
        )
