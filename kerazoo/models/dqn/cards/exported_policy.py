"""An exported average policy, asked about all that a player can know."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.cards.game_tree import GameTree


def exported_probabilities(
    policy: typing.Any, tree: GameTree, most: int = 1_024
) -> np.ndarray:
    """Returns the probabilities of valid actions, float32 `(I, A)`.

    Args:
        policy: Signature of an exported policy, see `ServingAveragePolicy`.
        tree: `GameTree` of its game.
        most: Most rows of a request.
    """
    rows = []
    for first in range(0, len(tree.names), most):
        part = slice(first, first + most)
        masks = tree.masks[part]
        answer = policy(
            observation=tf.constant(tree.tensors[part]),
            action_mask=tf.constant(masks),
            draw=tf.zeros(len(masks)),
        )
        rows.append(answer["probabilities"].numpy())
    return np.concatenate(rows)
