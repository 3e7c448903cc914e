"""The signatures of an exported recommender."""

import functools
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.item_ranking import rank_items
from kerazoo.models.gnn.node_names import NodeNames
from kerazoo.models.gnn.recommendation_batch import Taken
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace

USUAL_K = 10  # Of `serving_default`, at most.
_EXAMPLES = 2
_LEAST_LENGTH = 1e-6  # Of a vector of zeros, whose cosines are 0.


class ServingRecommender:
    """Serves what suits users, and what is like items, by their ids.

    `recommend` takes `users`, a vector of ids, `k`, how many items to name, and
    `leave_out_seen`, whether to leave those out that the model knows the user to have
    taken. `similar_items` takes `items` and `k`. `serving_default` takes `users` alone
    and names 10 items, none that the user is known to have taken; an `instances`
    request of TensorFlow Serving's REST API is of this form. All answer `items`
    and `scores`, `(B, k)` both, the best first. Where fewer items than k are left, the
    rest are empty texts and 0.

    The graph is not needed any more: the vectors are those after propagation. An id
    that the model does not know is refused by name.

    Args:
        users: float `(U, D)`. Vectors of the users.
        items: float `(I, D)`. Vectors of the items.
        user_names, item_names: Their ids.
        seen: What users are known to have taken.
        bias: float `(I,)`, added to the scores of items in `recommend`; None for none.
        limits: What a request may ask for: `max_examples` ids, `max_nodes` items in
            its answer. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of all variables, to be exported.

    Example:

    ```python
    from kerazoo.data.graphs import Interactions
    from kerazoo.serving import export

    users, items = np.ones((1, 4)), np.ones((2, 4))
    taken = Interactions.from_pairs([0], [1], num_users=1)
    serving = ServingRecommender(users, items, ["ann"], ["tea", "jam"], taken)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        users: np.ndarray,
        items: np.ndarray,
        user_names: Sequence[str],
        item_names: Sequence[str],
        seen: Taken,
        bias: np.ndarray | None = None,
        limits: Limits | None = None,
    ):
        self._limits = limits or Limits()
        self._names = {"users": list(user_names), "items": list(item_names)}
        self.module = module = tf.Module(name="serving_recommender")
        module.users = _variable(users, tf.float32, "users")
        module.items = _variable(items, tf.float32, "items")
        # Kept, as a table of directions would be made anew in each request.
        lengths = np.maximum(np.linalg.norm(items, axis=1), _LEAST_LENGTH)
        module.scales = _variable(1 / lengths, tf.float32, "scales")
        module.bias = None if bias is None else _variable(bias, tf.float32, "bias")
        module.seen_starts = _variable(seen.starts, tf.int64, "seen_starts")
        module.seen_items = _variable(seen.items, tf.int32, "seen_items")
        module.user_names = NodeNames(user_names)
        module.item_names = NodeNames(item_names)

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        ids, number = tf.TensorSpec((None,), tf.string), tf.TensorSpec((), tf.int32)
        return {
            "serving_default": trace(self.serve_users, users=ids),
            "recommend": trace(
                self.recommend,
                users=ids,
                k=number,
                leave_out_seen=tf.TensorSpec((), tf.bool),
            ),
            "similar_items": trace(self.similar_items, items=ids, k=number),
        }

    def serve_users(self, users: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the 10 items that suit users `(B,)` best and that they have not."""
        k = min(USUAL_K, len(self._names["items"]))
        return self.recommend(users, tf.constant(k), tf.constant(True))

    def recommend(
        self, users: tf.Tensor, k: tf.Tensor, leave_out_seen: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the k items that suit users `(B,)` best."""
        module = self.module
        most = len(self._names["items"])
        numbers, k = self._looked_up("users", users, k, most, module.user_names)
        starts = tf.gather(module.seen_starts, numbers)
        ends = tf.gather(module.seen_starts, numbers + 1)
        ends = tf.where(leave_out_seen, ends, starts)
        places = tf.ragged.range(starts, ends, row_splits_dtype=tf.int64)
        seen = places.with_values(tf.gather(module.seen_items, places.values))
        queries = tf.gather(module.users, numbers)
        return self._ranked(queries, k, seen, module.bias)

    def similar_items(self, items: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the k items whose vectors have the largest cosines with others'.

        An item is not among those that are like itself.
        """
        module = self.module
        most = len(self._names["items"]) - 1
        numbers, k = self._looked_up("items", items, k, most, module.item_names)
        queries = tf.gather(module.items, numbers)
        queries *= tf.gather(module.scales, numbers)[:, tf.newaxis]
        itself = tf.RaggedTensor.from_uniform_row_length(
            numbers, tf.constant(1, tf.int64)
        )
        return self._ranked(queries, k, itself, scales=module.scales)

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for a server's warm-up."""
        users, items = (
            np.array([name.encode() for name in self._names[kind][:_EXAMPLES]], object)
            for kind in ("users", "items")
        )
        k = np.array(min(USUAL_K, len(self._names["items"]) - 1), np.int32)
        return {
            "serving_default": {"users": users},
            "recommend": {"users": users, "k": k, "leave_out_seen": np.array(True)},
            "similar_items": {"items": items, "k": k},
        }

    def _looked_up(self, name, ids, k, most, names):
        """Returns the numbers of ids, and k, checked."""
        rows = tf.maximum(tf.shape(ids)[0], 1)
        most = tf.minimum(most, self._limits.max_nodes // rows)
        checks = [
            has_rows(name, ids, self._limits.max_examples),
            in_range("k", k, 1, most),
            names.is_known(name, ids),
        ]
        ids, k = checked((ids, k), checks)
        return names.rows(ids), k

    def _ranked(self, queries, k, left_out, bias=None, scales=None):
        items = self.module.items
        found, scores = rank_items(queries, items, k, left_out, bias, scales)
        names = self.module.item_names.of(tf.maximum(found, 0))
        return {"items": tf.where(found < 0, "", names), "scores": scores}


def _variable(value, dtype, name):
    return tf.Variable(value, dtype=dtype, trainable=False, name=name)
