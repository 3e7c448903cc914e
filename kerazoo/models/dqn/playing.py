"""Episodes played with an exported policy."""

import typing

import gymnasium
import numpy as np
import tensorflow as tf

from kerazoo.models.dqn import environments
from kerazoo.models.dqn import spaces
from kerazoo.models.dqn.drawing import draw_without_display
from kerazoo.models.dqn.drawing import picture_of
from kerazoo.models.dqn.env_ids import check_env
from kerazoo.models.dqn.evaluation import MAX_EPISODE_STEPS
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure


def make_trained_environment(
    metadata: dict[str, typing.Any], renders: bool = False
) -> gymnasium.Env:
    """Makes the environment that an exported policy was trained on.

    Args:
        metadata: Of the export: `env` and `env_kwargs`.
        renders: Whether it shall draw itself, if it can.

    Raises:
        ValueError: If there is no such environment any more.
        gymnasium.error.Error: If it cannot be made.

    Example:

    ```python
    make_trained_environment({"env": "CartPole-v1", "env_kwargs": {}})
    ```
    """
    check_env(metadata["env"])
    kwargs = metadata["env_kwargs"]
    if renders:
        draw_without_display()
        try:
            return environments.make(metadata["env"], **kwargs, render_mode="rgb_array")
        except TypeError as error:
            if "'render_mode'" not in str(error):
                raise
    return environments.make(metadata["env"], **kwargs)


def play_episode(
    policy: typing.Any, env: gymnasium.Env, seed: int, renders: bool = False
) -> tuple[float, list[np.ndarray]]:
    """Plays one episode with a policy that takes raw observations.

    An episode that has no end of its own is cut off after `MAX_EPISODE_STEPS`.

    Args:
        policy: Signature of an exported policy, see `ServingPolicy`.
        env: `gymnasium.Env` that the policy was trained on.
        seed: Of the episode.
        renders: Draws every step; needs an environment of `render_mode="rgb_array"`.

    Returns:
        The pair of the undiscounted return and the pictures, uint8 `(H, W, 3)` each.

    Raises:
        EnvironmentFailure: If the environment raises an error.
        ValueError: If it is to draw, and draws nothing.

    Example:

    ```python
    import gymnasium

    environment = GymnasiumEnvironment("CartPole-v1")
    model = q_network(environment.observation_spec(), environment.num_actions)
    policy = ServingPolicy(model, environment).endpoints["serving_default"]
    play_episode(policy, gymnasium.make("CartPole-v1"), seed=0)[0]
    ```
    """
    needs_mask = "action_mask" in policy.structured_input_signature[1]
    total = 0.0
    pictures: list[np.ndarray] = []
    name = getattr(env.spec, "id", type(env.unwrapped).__name__)
    observation, info = _attempt(name, "reset", lambda: env.reset(seed=seed))
    for step in range(1, MAX_EPISODE_STEPS + 1):
        if renders:
            picture = _attempt(name, "render", lambda: picture_of(env))
            if picture is None:
                raise ValueError(
                    f"{name} draws no pictures, which a video needs: its `render` must "
                    "return uint8 (H, W, 3) with render_mode='rgb_array'."
                )
            pictures.append(picture)
        inputs = spaces.raw_inputs(env.observation_space, observation)
        if needs_mask:
            inputs["action_mask"] = np.asarray(info["action_mask"], bool)[None]
        inputs = {name: tf.constant(value) for name, value in inputs.items()}
        action = action_of(policy(**inputs)["action"].numpy())
        observation, reward, terminated, truncated, info = _attempt(
            name, f"step {step}", lambda action=action: env.step(action)
        )
        total += float(reward)
        if terminated or truncated:
            break
    return total, pictures


def action_of(served: np.ndarray) -> int | np.ndarray:
    """Returns the one action of a policy's answer as an environment takes it.

    Args:
        served: `action` of `ServingPolicy`, of one observation.
    """
    is_number = served.ndim == 1 and np.issubdtype(served.dtype, np.integer)
    return int(served[0]) if is_number else served[0]


def _attempt(name, what, act):
    try:
        return act()
    except Exception as error:  # Whatever the code of others raises.
        doing = f"The environment {name} failed at {what}"
        raise EnvironmentFailure(doing, error) from error
