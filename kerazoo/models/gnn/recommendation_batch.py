"""What recommenders learn from, and what they find in a batch of it."""

import typing

import numpy as np
import tensorflow as tf


class Found(typing.NamedTuple):
    """The losses of a replica's part of a batch.

    Attributes:
        losses: float `(B,)`.
        weights: float `(B,)`.
        penalized_users: int `(B,)`. User of each example, whose embedding is penalized.
        penalized_items: Pairs of items, int `(P,)`, and their weights, float `(P,)`,
            whose mean squared lengths are added to the penalty.
    """

    losses: tf.Tensor
    weights: tf.Tensor
    penalized_users: tf.Tensor
    penalized_items: list[tuple[tf.Tensor, tf.Tensor]]


class Taken(typing.Protocol):
    """What users took, such as `kerazoo.data.graphs.interactions.Interactions`.

    Attributes:
        starts: int `(U + 1,)`. Where the items of each user begin in `items`.
        items: int `(E,)`.
        users: int `(E,)`.
    """

    @property
    def starts(self) -> np.ndarray: ...

    @property
    def items(self) -> np.ndarray: ...

    @property
    def users(self) -> np.ndarray: ...
