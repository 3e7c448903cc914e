"""What a recommender learns from a batch: examples, negatives, losses."""

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.recommendation_batch import Found
from kerazoo.models.gnn.recommendation_batch import Taken
from kerazoo.models.gnn.recommendation_losses import bayesian_personalized_ranking
from kerazoo.models.gnn.recommendation_losses import multinomial
from kerazoo.models.gnn.recommendation_losses import sampled_softmax
from kerazoo.training.replica_model import num_replicas


class PairwiseObjective:
    """BPR: an item that a user took above one that is drawn from all others.

    Draws that the user took, too, have no weight.

    Args:
        taken: What users took.
        num_items: Number of all items.
        temperature: Scores are divided by it.
        seed: Of the draws; those of a step depend on nothing else.

    Attributes:
        examples: Arrays that batches are made of: here pairs.

    Example:

    ```python
    from kerazoo.data.graphs.southern_women import southern_women

    objective = PairwiseObjective(southern_women().train, num_items=14)
    objective.examples  # users and items, (E,) each
    ```
    """

    def __init__(
        self, taken: Taken, num_items: int, temperature: float = 1.0, seed: int = 0
    ):
        self.examples: tuple[np.ndarray, ...] = (taken.users, taken.items)
        self._num_items, self._temperature, self._seed = num_items, temperature, seed
        keys = taken.users.astype(np.int64) * num_items + taken.items
        self._keys = tf.constant(np.sort(keys))

    def __call__(
        self,
        users: tf.Tensor,
        items: tf.Tensor,
        batch: tuple[tf.Tensor, ...],
        step: tf.Tensor,
    ) -> Found:
        """Returns the losses of pairs.

        Args:
            users: float `(U, D)`, vectors of all users.
            items: float `(I, D)`, vectors of all items.
            batch: This replica's part of the examples.
            step: Number of the step.
        """
        user, item = batch
        drawn = _draw_for_each(user, self._num_items, self._seed, step)
        queries = tf.gather(users, user) / self._temperature
        losses = bayesian_personalized_ranking(
            tf.reduce_sum(queries * tf.gather(items, item), axis=-1),
            tf.reduce_sum(queries * tf.gather(items, drawn), axis=-1),
        )
        weights = 1 - tf.cast(self._are_taken(user, drawn), tf.float32)
        every = tf.ones_like(weights)
        return Found(losses, weights, user, [(item, every), (drawn, every)])

    def _are_taken(self, users, items):
        keys = tf.cast(users, tf.int64) * self._num_items + tf.cast(items, tf.int64)
        places = tf.searchsorted(self._keys, keys)
        places = tf.minimum(places, len(self._keys) - 1)
        return tf.equal(tf.gather(self._keys, places), keys)


class SampledSoftmaxObjective:
    """An item that a user took among those of the batch and some that are drawn.

    Args:
        taken: What users took.
        num_items: Number of all items.
        temperature: Scores are divided by it.
        num_negatives: Items drawn from all in each step, for the whole batch.
        in_batch_negatives: Whether the items of the batch are negatives of each other.
        seed: Of the draws.

    Attributes:
        examples: Arrays that batches are made of: here pairs.

    Raises:
        ValueError: If there would be no negatives.

    Example:

    ```python
    from kerazoo.data.graphs.southern_women import southern_women

    taken = southern_women().train
    SampledSoftmaxObjective(taken, num_items=14, num_negatives=4)
    ```
    """

    def __init__(
        self,
        taken: Taken,
        num_items: int,
        temperature: float = 0.2,
        num_negatives: int = 0,
        in_batch_negatives: bool = True,
        seed: int = 0,
    ):
        if not (num_negatives or in_batch_negatives):
            raise ValueError(
                "`ranking_negatives` must be positive without `in_batch_negatives`. "
                "Received: ranking_negatives=0"
            )
        self.examples: tuple[np.ndarray, ...] = (taken.users, taken.items)
        self._num_items, self._temperature, self._seed = num_items, temperature, seed
        self._num_negatives, self._in_batch = num_negatives, in_batch_negatives

    def __call__(
        self,
        users: tf.Tensor,
        items: tf.Tensor,
        batch: tuple[tf.Tensor, ...],
        step: tf.Tensor,
    ) -> Found:
        """Returns the losses of pairs, see `PairwiseObjective`."""
        user, item = batch
        candidates = []
        if self._in_batch:
            candidates.append(_of_all_replicas(item))
        if self._num_negatives:
            shape = (self._num_negatives,)
            candidates.append(_draw(shape, self._num_items, self._seed, step))
        candidates = tf.concat(candidates, axis=0)
        queries = tf.gather(users, user) / self._temperature
        losses = sampled_softmax(
            tf.reduce_sum(queries * tf.gather(items, item), axis=-1),
            tf.matmul(queries, tf.gather(items, candidates), transpose_b=True),
            tf.equal(item[:, tf.newaxis], candidates),
        )
        every = tf.ones_like(losses)
        return Found(losses, every, user, [(item, every)])


class SoftmaxObjective:
    """All items that a user took among all items there are.

    All interactions of a user share one softmax: a batch is of users, which is many
    times faster than one of as many pairs, and nothing is drawn.

    Args:
        taken: What users took.
        temperature: Scores are divided by it.
        bias: float `(I,)`, added to the scores of items; None for none.

    Attributes:
        examples: Arrays that batches are made of: here the users that took something.

    Example:

    ```python
    from kerazoo.data.graphs.southern_women import southern_women

    SoftmaxObjective(southern_women().train).examples  # users, (U,)
    ```
    """

    def __init__(
        self, taken: Taken, temperature: float = 0.2, bias: np.ndarray | None = None
    ):
        sizes = np.diff(taken.starts)
        self.examples: tuple[np.ndarray, ...] = (
            np.flatnonzero(sizes).astype(np.int32),
        )
        self._temperature = temperature
        self._bias = None
        if bias is not None:
            self._bias = tf.constant(bias / temperature, tf.float32)
        self._starts = tf.constant(taken.starts, tf.int64)
        self._items = tf.constant(taken.items, tf.int32)

    def __call__(
        self,
        users: tf.Tensor,
        items: tf.Tensor,
        batch: tuple[tf.Tensor, ...],
        step: tf.Tensor,
    ) -> Found:
        """Returns the losses of users, see `PairwiseObjective`."""
        (user,) = batch
        starts = tf.gather(self._starts, user)
        sizes = tf.gather(self._starts, user + 1) - starts
        places = tf.ragged.range(starts, starts + sizes, row_splits_dtype=tf.int64)
        own, rows = tf.gather(self._items, places.values), places.value_rowids()
        weights = tf.cast(sizes, tf.float32)
        summed = tf.math.segment_sum(tf.gather(items, own), rows)
        queries = tf.gather(users, user) / self._temperature
        positive = tf.reduce_sum(queries * summed, axis=-1) / weights
        scores = tf.matmul(queries, items, transpose_b=True)
        if self._bias is not None:
            scores += self._bias
            of_own = tf.math.segment_sum(tf.gather(self._bias, own), rows)
            positive += of_own / weights
        losses = multinomial(positive, scores)
        of_items = own, tf.ones_like(own, tf.float32)
        return Found(losses, weights, user, [of_items])


def _draw(shape, num_items, seed, step):
    seeds = tf.stack([tf.constant(seed, tf.int32), tf.cast(step, tf.int32)])
    return tf.random.stateless_uniform(shape, seeds, 0, num_items, tf.int32)


def _draw_for_each(examples, num_items, seed, step):
    """Returns an item for each example: of a batch the same on any replicas."""
    size, replicas = tf.shape(examples)[0], num_replicas()
    drawn = _draw([replicas * size], num_items, seed, step)
    if replicas == 1:
        return drawn
    # Replicas have consecutive parts of a batch.
    context = tf.distribute.get_replica_context()
    return drawn[context.replica_id_in_sync_group * size :][:size]


def _of_all_replicas(values):
    if num_replicas() == 1:
        return values
    context = tf.distribute.get_replica_context()
    return context.all_gather(values, axis=0)
