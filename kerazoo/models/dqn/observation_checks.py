"""Checks of the observations that a served policy is asked about."""

import gymnasium
import numpy as np
import tensorflow as tf
from gymnasium import spaces

from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite


def values_exist(name: str, value: tf.Tensor, space: gymnasium.Space) -> list[Check]:
    """Checks that the values of one input are those of its space.

    Numbers of a `Box` must be finite. They may leave its bounds, as measurements do.

    Args:
        name: Name of the input.
        value: Tensor `(B, ...)`.
        space: Its space, none of parts, see `kerazoo.models.dqn.spaces.named_parts`.
    """
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return [in_range(name, value, start, start + int(space.n) - 1)]
    if isinstance(space, spaces.MultiBinary):
        return [in_range(name, value, 0, 1)]
    if isinstance(space, spaces.MultiDiscrete):
        least = np.asarray(space.start)
        fits = (value >= least) & (value < least + space.nvec)
        most = (least + space.nvec - 1).tolist()
        return [all_fit(name, value, fits, f"be from {least.tolist()} to {most}")]
    return [is_finite(name, value)] if value.dtype.is_floating else []


def allows_actions(mask: tf.Tensor, name: str = "action_mask") -> Check:
    """Checks that a mask `(B, A)` of valid actions has one in each row."""
    some = tf.reduce_any(mask, axis=1)
    rows = tf.range(tf.shape(mask)[0])
    return all_fit(name, rows, some, "allow an action in each row, not none as in row")
