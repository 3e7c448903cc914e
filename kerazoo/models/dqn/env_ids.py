"""What can be known of an environment before it is made, and before TensorFlow."""

import importlib.util
import json
import typing


def check_env(env: str) -> None:
    """Refuses an environment that nothing has registered.

    What a module registers is not known before it is imported.

    Args:
        env: Id of a gymnasium environment, or module:id.

    Raises:
        ValueError: If there is no such environment, or no such module.

    Example:

    ```python
    from kerazoo.models.dqn.env_ids import check_env

    check_env("CartPole-v1")
    ```
    """
    import gymnasium

    module, _, name = env.rpartition(":")
    if module:
        try:
            found = importlib.util.find_spec(module)
        except ImportError:
            found = None
        if found is None:
            raise ValueError(f"There is no module {module}. Received: env={env}")
        return
    try:
        gymnasium.spec(name)
    except gymnasium.error.UnregisteredEnv as error:
        raise ValueError(f"{error}. Received: env={env}") from error
    except gymnasium.error.Error:
        pass  # Without a version: gymnasium takes the newest.


def parse_env_kwargs(text: str) -> dict[str, typing.Any]:
    """Returns keyword arguments of an environment that are written as JSON.

    Raises:
        ValueError: If it is no JSON object.

    Example:

    ```python
    from kerazoo.models.dqn.env_ids import parse_env_kwargs

    parse_env_kwargs('{"max_episode_steps": 200}')["max_episode_steps"]  # 200
    ```
    """
    try:
        kwargs = json.loads(text)
    except ValueError:
        kwargs = None
    if not isinstance(kwargs, dict):
        raise ValueError(
            "`env_kwargs` must be a JSON object, such as "
            f'{{"max_episode_steps": 200}}. Received: env_kwargs={text}'
        )
    return kwargs
