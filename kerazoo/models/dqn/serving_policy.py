"""A trained Q-network as a policy to serve: raw observations to actions."""

import numpy as np
import tensorflow as tf

from kerazoo.models.dqn import spaces


class ServingPolicy(tf.Module):
    """Greedy policy whose signature takes observations as the environment gives them.

    `Dict` and `Tuple` observations are one input per part, `Discrete` ones an int64
    each; actions are numbered as in the environment's own space.

    Args:
        model: `keras.Model` of flat observations to float `(B, A)`.
        environment: `GymnasiumEnvironment` that the model was trained on.

    Attributes:
        serve: Concrete function of `observation` `(B, ...)`, and where the
            environment masks actions `action_mask` bool `(B, A)`, to a dict of
            `action` int64 `(B,)` and `q_values` float32 `(B, A)`.
        example: dict of arrays, one made-up observation for `serve`.

    Example:

    ```python
    policy = ServingPolicy(model, environment)
    export(policy, {"serving_default": policy.serve}, "saved_models/dqn_cartpole")
    ```
    """

    def __init__(self, model, environment):
        super().__init__(name="serving_policy")
        self.weights = [variable.value for variable in model.variables]
        space = environment.raw_observation_space
        start = int(environment.raw_action_space.start)
        signature = spaces.raw_signature(space)
        if environment.masks_actions:
            signature["action_mask"] = tf.TensorSpec(
                (None, environment.num_actions), tf.bool, "action_mask"
            )

        def serve(**inputs):
            mask = inputs.pop("action_mask", None)
            q_values = model(spaces.flatten(space, inputs), training=False)
            valid = q_values
            if mask is not None:
                valid = tf.where(mask, q_values, q_values.dtype.min)
            return {
                "action": start + tf.argmax(valid, axis=-1, output_type=tf.int64),
                "q_values": q_values,
            }

        self.serve = tf.function(serve, autograph=False).get_concrete_function(
            **signature
        )
        self.example = {
            name: np.ones(tuple(size or 1 for size in spec.shape), spec.dtype.name)
            for name, spec in signature.items()
        }
