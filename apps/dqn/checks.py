"""What can be known of an environment and an agent without making them."""

import importlib.util
import json

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.checks import arguments
from apps.dqn.flags import ENV
from apps.dqn.flags import ENV_KWARGS


def configurations():
    """Returns the configurations of the flags, keyword arguments of a task.

    Raises:
        ValueError: If a number is out of its range.
    """
    from kerazoo.models.dqn import AgentConfig
    from kerazoo.models.dqn import CollectionConfig
    from kerazoo.models.dqn import ExplorationConfig
    from kerazoo.models.dqn import NetworkConfig
    from kerazoo.models.dqn import ReplayConfig

    return {
        "network": arguments(NetworkConfig),
        "agent": arguments(AgentConfig),
        "replay": arguments(ReplayConfig),
        "exploration": arguments(ExplorationConfig),
        "collection": arguments(CollectionConfig),
    }


def env_kwargs():
    """Returns the keyword arguments of the environment as a dict.

    Raises:
        ValueError: If `--env_kwargs` is no JSON object.
    """
    try:
        kwargs = json.loads(ENV_KWARGS.value)
    except ValueError:
        kwargs = None
    if not isinstance(kwargs, dict):
        raise ValueError(
            f"--env_kwargs={ENV_KWARGS.value} must be a JSON object, such as "
            '{"max_episode_steps": 200}.'
        )
    return kwargs


def check_env():
    """Refuses an environment that nothing has registered.

    What a module registers is not known before it is imported.

    Raises:
        ValueError: If there is no such environment, or no such module.
    """
    with errors.user_packages("dqn"):
        import gymnasium

    module, _, name = ENV.value.rpartition(":")
    if module:
        _check_module(module)
        return
    try:
        gymnasium.spec(name)
    except gymnasium.error.UnregisteredEnv as error:
        raise ValueError(f"--env={name}: {error}") from error
    except gymnasium.error.Error:
        pass  # Without a version: gymnasium takes the newest.


def check_dtype_policy():
    """Refuses a policy that agents cannot learn with.

    Raises:
        ValueError: If `--dtype_policy` is that.
    """
    if run_flags.DTYPE_POLICY.value == "mixed_float16":
        raise ValueError(
            "--dtype_policy=mixed_float16 needs loss scaling, which TF-Agents does not "
            "have: use mixed_bfloat16 or float32."
        )


def _check_module(module):
    try:
        found = importlib.util.find_spec(module)
    except ImportError:
        found = None
    if found is None:
        raise ValueError(f"--env={ENV.value}: there is no module {module}.")
