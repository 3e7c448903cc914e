"""The signatures of embeddings that nodes have."""

import functools
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.node_names import NodeNames
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace

_BLOCK = 2**24  # Cosines that are worked out at a time.
_MOST_SIMILAR = 1_024
_LEAST_LENGTH = 1e-6  # Of an embedding of zeros, whose cosines are 0.


class ServingNodeEmbeddings:
    """Serves the embeddings of the nodes that a model has learnt from.

    `embed` takes `ids`, a vector of names of nodes, and returns their `embeddings`.
    `similar_nodes` takes `ids` and `k`, a number, and returns the `k` other nodes whose
    embeddings have the largest cosine: their names, `similar`, and `cosine`, both
    `(B, k)`.

    Args:
        names: Names of the N nodes.
        embeddings: float `(N, U)`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of what is to be exported.

    Example:

    ```python
    from kerazoo.serving import export

    embeddings = np.eye(3, dtype="float32")
    serving = ServingNodeEmbeddings(["ann", "bob", "cy"], embeddings)
    export(serving.module, serving.endpoints, "saved_models/embeddings")
    ```
    """

    def __init__(
        self,
        names: Sequence[str],
        embeddings: np.ndarray,
        limits: Limits | None = None,
    ):
        if len(names) != len(embeddings):
            raise ValueError(
                "Expected a name for each of the rows of `embeddings`. Received: "
                f"{len(names)} names, {len(embeddings)} rows"
            )
        self._limits = limits or Limits()
        self.module = tf.Module(name="serving_node_embeddings")
        self.module.names = self._names = NodeNames(names)
        table = tf.Variable(embeddings, trainable=False, dtype=tf.float32)
        self.module.weights = [table]
        self._table = table
        # Kept, as a table of directions would be made anew in each request.
        lengths = np.maximum(np.linalg.norm(table.numpy(), axis=1), _LEAST_LENGTH)
        self.module.scales = self._scales = tf.Variable(1 / lengths, trainable=False)
        self._first = names[0].encode()
        self._most = min(len(names) - 1, _MOST_SIMILAR)

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        ids = tf.TensorSpec((None,), tf.string)
        found = {"embed": trace(self.embed, ids=ids)}
        found["serving_default"] = found["embed"]
        if self._most:
            k = tf.TensorSpec((), tf.int32)
            found["similar_nodes"] = trace(self.similar_nodes, ids=ids, k=k)
        return found

    def embed(self, ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the embeddings of nodes `(B,)`."""
        rows = self._rows(ids)
        return {"embeddings": tf.gather(self._table, rows)}

    def similar_nodes(self, ids: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the k nodes most like each of some `(B,)`."""
        k = checked(k, [in_range("k", k, 1, self._most)])
        rows = self._rows(ids)
        nodes = tf.range(self._names.count)

        def of_rows(rows):
            scales = tf.gather(self._scales, rows)[:, tf.newaxis]
            queries = tf.gather(self._table, rows) * scales
            cosines = tf.matmul(queries, self._table, transpose_b=True) * self._scales
            is_self = tf.equal(rows[:, tf.newaxis], nodes)
            return tuple(tf.math.top_k(tf.where(is_self, -2.0, cosines), k))

        size = max(1, _BLOCK // self._names.count)
        if size >= self._limits.max_examples:
            cosine, similar = of_rows(rows)
        else:
            cosine, similar = _in_blocks(of_rows, rows, size, k)
        return {"similar": self._names.of(similar), "cosine": cosine}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        ids = np.array([self._first], object)
        found = {name: {"ids": ids} for name in ("embed", "serving_default")}
        if self._most:
            found["similar_nodes"] = {"ids": ids, "k": np.array(1, "int32")}
        return found

    def _rows(self, ids):
        ids = checked(ids, [has_rows("ids", ids, self._limits.max_examples)])
        ids = checked(ids, [self._names.is_known("ids", ids)])
        return self._names.rows(ids)


def _in_blocks(function, rows, size, k):
    """Returns what a function of rows `(B,)` gives, so many of them at a time."""
    count = tf.shape(rows)[0]
    padded = tf.pad(rows, [[0, -count % size]])
    found = tf.map_fn(
        function,
        tf.reshape(padded, (-1, size)),
        fn_output_signature=(tf.float32, tf.int32),
        parallel_iterations=1,
    )
    return [tf.reshape(value, (-1, k))[:count] for value in found]
