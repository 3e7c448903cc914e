"""Actions of a served policy, as the environment takes them."""

import gymnasium
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.action_bins import ActionBins


def served_actions(
    chosen: tf.Tensor, space: gymnasium.Space, bins: ActionBins | None = None
) -> dict[str, tf.Tensor]:
    """Returns the outputs of a policy that say which actions it takes.

    Args:
        chosen: int64 `(B,)`, or `(B, J)` of J joints, counted from 0.
        space: Space of the actions of the environment, in whose numbers and shape they
            are served.
        bins: What bins stand for, where continuous actions were cut into such.

    Returns:
        dict of `action`: int64, or where there are bins the continuous actions, with
        `bins`, which are `chosen`.

    Example:

    ```python
    import gymnasium

    from kerazoo.models.dqn.action_bins import ActionBins
    from kerazoo.models.dqn.served_actions import served_actions

    bins = ActionBins(gymnasium.spaces.Box(-1.0, 1.0, (2,)), count=3)
    served_actions(tf.constant([[0, 2]]), bins.space, bins)["action"]  # [[-1, 1]]
    ```
    """
    if bins is not None:
        joints, count = bins.values.shape
        places = tf.reshape(chosen, (-1, joints)) + count * np.arange(joints)
        values = tf.gather(tf.constant(bins.values.ravel()), places)
        action = tf.reshape(values, (-1, *bins.shape))
        return {"action": action, "bins": chosen}
    first = np.asarray(getattr(space, "start", 0), np.int64)
    return {"action": first + tf.reshape(chosen, (-1, *(space.shape or ())))}
