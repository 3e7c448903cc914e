"""The signatures of an exported model of a knowledge graph."""

import functools
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel
from kerazoo.models.gnn.knowledge.served_triples import KnownAnswers
from kerazoo.models.gnn.knowledge.served_triples import ServedTriples
from kerazoo.models.gnn.node_names import NodeNames
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace

_EXAMPLE_K = 3
_MOST_SCORES = 2**22  # Numbers that are in memory at a time.


class ServingKnowledgeGraph:
    """Serves a model of a knowledge graph to clients that ask by names.

    `rank_tails` takes `heads` and `relations`, names `(B,)`, the number `k` of
    entities to give, and `leave_out_known`, whether those that are known to be right
    are left out; it returns `entities` `(B, k)`, their names, the best first, and
    their `scores`. Where fewer than k are left, names are empty and scores the lowest
    float32. `rank_heads` does the same for `tails` and `relations`. `score` takes
    `heads`, `relations` and `tails` and returns `scores` `(B,)`, the mean of those of
    both directions. `serving_default` is `rank_tails`.

    Embeddings are those that the encoder made; it is not served itself.

    Args:
        model: Built, and outside of any strategy.
        entity_names: Names of the N entities.
        relation_names: Names of the R relations.
        known: What is known, such as a `kerazoo.data.graphs.known_tails.KnownTails`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of what is served, to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    names = ["ann", "bob"], ["knows"]
    serving = ServingKnowledgeGraph(knowledge_model, *names, known_tails)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: KnowledgeGraphModel,
        entity_names: Sequence[str],
        relation_names: Sequence[str],
        known: KnownAnswers,
        limits: Limits | None = None,
    ):
        self._model = model
        self._limits = limits or Limits()
        self._names = list(entity_names), list(relation_names)
        self._known = ServedTriples(known, 2 * model.num_relations)
        module = tf.Module(name="serving_knowledge_graph")
        module.weights = [table.value for table in (model.entities, model.relations)]
        if model.encoder is not None:
            tables = model.tables()
            module.weights = [tf.Variable(table, trainable=False) for table in tables]
        module.known = self._known
        module.entity_names = NodeNames(entity_names, "entities of training")
        module.relation_names = NodeNames(relation_names, "relations of training")
        self.module = module

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        names = tf.TensorSpec((None,), tf.string)
        asked = {
            "k": tf.TensorSpec((), tf.int32),
            "leave_out_known": tf.TensorSpec((), tf.bool),
        }
        tails = trace(self.rank_tails, heads=names, relations=names, **asked)
        return {
            "serving_default": tails,
            "rank_tails": tails,
            "rank_heads": trace(self.rank_heads, tails=names, relations=names, **asked),
            "score": trace(self.score, heads=names, relations=names, tails=names),
        }

    def rank_tails(
        self,
        heads: tf.Tensor,
        relations: tf.Tensor,
        k: tf.Tensor,
        leave_out_known: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns the likeliest tails `(B, k)`, and their scores."""
        heads, kinds = self._numbered({"heads": heads, "relations": relations}, k)
        return self._ranked(heads, kinds, k, leave_out_known)

    def rank_heads(
        self,
        tails: tf.Tensor,
        relations: tf.Tensor,
        k: tf.Tensor,
        leave_out_known: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns the likeliest heads `(B, k)`, and their scores."""
        tails, kinds = self._numbered({"tails": tails, "relations": relations}, k)
        inverse = kinds + self._model.num_relations
        return self._ranked(tails, inverse, k, leave_out_known)

    def score(
        self, heads: tf.Tensor, relations: tf.Tensor, tails: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the scores `(B,)` of triples."""
        names = {"heads": heads, "relations": relations, "tails": tails}
        heads, kinds, tails = self._numbered(names)
        both = self._pair_scores(heads, kinds, tails)
        both += self._pair_scores(tails, kinds + self._model.num_relations, heads)
        return {"scores": both / 2}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        entity, relation = (np.array(names[:1], object) for names in self._names)
        asked = {
            "relations": relation,
            "k": np.array(min(_EXAMPLE_K, self._model.num_entities), np.int32),
            "leave_out_known": np.array(False),
        }
        return {
            "serving_default": {"heads": entity, **asked},
            "rank_tails": {"heads": entity, **asked},
            "rank_heads": {"tails": entity, **asked},
            "score": {"heads": entity, "relations": relation, "tails": entity},
        }

    def _numbered(self, names, k=None):
        """Returns the numbers of names that the model knows."""
        first, *others = names
        rows = tf.shape(names[first])[0]
        checks = [has_rows(first, names[first], self._limits.max_examples)]
        checks += [has_rows_of(n, names[n], f"`{first}`", rows) for n in others]
        if k is not None:
            checks.append(in_range("k", k, 1, self._model.num_entities))
            total = tf.cast(rows, tf.int64) * tf.cast(k, tf.int64)
            most = self._limits.max_edges
            expected = f"ask for at most {most} entities in all rows"
            checks.append(Check(total <= most, "k", expected, lambda: total))
        names = checked(names, checks)
        module = self.module
        tables = dict.fromkeys(names, module.entity_names)
        tables["relations"] = module.relation_names
        checks = [tables[name].is_known(name, ids) for name, ids in names.items()]
        names = checked(names, checks)
        return [tables[name].rows(ids) for name, ids in names.items()]

    def _ranked(self, heads, kinds, k, leave_out_known):
        rows = tf.shape(heads)[0]
        count = tf.maximum(rows, 1)  # A loop over nothing has no shape.
        block = tf.minimum(count, self._rows_at_a_time())
        padding = [[0, count - rows + -count % block]]
        blocks = [
            tf.reshape(tf.pad(values, padding), (-1, block))
            for values in (heads, kinds)
        ]

        tables = self._tables()

        def rank(inputs):
            scores = self._model.score(*tables, *inputs)
            left_out = self._known(*inputs, leave_out_known)
            lowest = tf.fill(tf.shape(left_out)[:1], tf.float32.min)
            scores = tf.tensor_scatter_nd_update(scores, left_out, lowest)
            return tuple(tf.math.top_k(scores, k))

        shape = tf.TensorSpec((None, None), tf.float32)
        found, numbers = tf.map_fn(
            rank,
            tuple(blocks),
            parallel_iterations=1,
            fn_output_signature=(shape, tf.TensorSpec(shape.shape, tf.int32)),
        )
        found, numbers = (
            tf.reshape(values, (-1, k))[:rows] for values in (found, numbers)
        )
        names = self.module.entity_names.of(numbers)
        is_left = found > tf.float32.min
        return {"entities": tf.where(is_left, names, ""), "scores": found}

    def _pair_scores(self, heads, kinds, tails):
        entities, relations = self._tables()
        decoder = self._model.decoder
        query = decoder.query(tf.gather(entities, heads), tf.gather(relations, kinds))
        return decoder.pair_scores(query, tf.gather(entities, tails)[:, None])[:, 0]

    def _tables(self):
        if self._model.encoder is None:
            return self._model.tables()
        return [tf.convert_to_tensor(table) for table in self.module.weights]

    def _rows_at_a_time(self):
        scores = self._model.num_entities * self._model.decoder.numbers_per_score
        return max(1, min(128, _MOST_SCORES // scores))
