"""What can be known of an environment's name before it is made."""

import difflib
import importlib
import pathlib

from kerazoo.models.dqn.foreign_errors import describe_error
from kerazoo.models.dqn.foreign_errors import place_of

_PACKAGES = {  # Beginning of a name to the package, its module, and a name in it.
    "minigrid": ("minigrid", "minigrid:MiniGrid-Empty-5x5-v0"),
    "babyai": ("minigrid", "minigrid:BabyAI-GoToRedBall-v0"),
    "highway": ("highway-env", "highway_env:highway-v0"),
}


def check_env(env: str) -> None:
    """Refuses an environment that nothing has registered; imports its module.

    Args:
        env: Id of a gymnasium environment, or module:id.

    Raises:
        ValueError: If there is no such environment or module, or the module cannot be
            imported; its file and line are named.

    Example:

    ```python
    from kerazoo.models.dqn.env_ids import check_env

    check_env("CartPole-v1")
    ```
    """
    import gymnasium

    from kerazoo.models.dqn import environments

    module, _, name = env.rpartition(":")
    environments.register(env)
    if module:
        before = set(gymnasium.registry)
        _import(module, env)
    try:
        gymnasium.spec(name)
    except gymnasium.error.DeprecatedEnv as error:
        newest = _newest(gymnasium.registry, name)
        if newest is None:
            raise ValueError(f"{error} Received: env={env}") from error
        newest = f"{module}:{newest}" if module else newest
        raise ValueError(
            f"gymnasium {gymnasium.__version__} no longer has {name}, and has {newest} "
            f"in its place: take it with `env`={newest}. Received: env={env}"
        ) from error
    except gymnasium.error.UnregisteredEnv as error:
        if module:
            added = sorted(set(gymnasium.registry) - before)
            hint = _of_module(module, name, added)
        else:
            hint = _hint(gymnasium.registry, name)
        raise ValueError(
            f"There is no environment {name}{hint} Received: env={env}"
        ) from error
    except gymnasium.error.Error as error:
        # Without a version: gymnasium takes the newest.
        if _newest(gymnasium.registry, name) is None:
            hint = _hint(gymnasium.registry, name)
            raise ValueError(
                f"There is no environment {name}{hint} Received: env={env}"
            ) from error


def _import(module, env):
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name in (module, module.partition(".")[0]):
            raise ValueError(
                f"There is no module {module}, neither installed nor a file in "
                f"{pathlib.Path.cwd()}. Received: env={env}"
            ) from error
        raise ValueError(
            f"The module {module} needs {error.name}, which is not installed "
            f"({place_of(error)}). Received: env={env}"
        ) from error
    except Exception as error:  # Whatever the code of others raises.
        raise ValueError(
            f"The module {module} cannot be imported: {describe_error(error)}. "
            f"Received: env={env}"
        ) from error


def _newest(registry, name):
    """Returns the newest version of an environment, None where there is none."""
    base = _base(name)
    versions = [known for known in registry if _base(known) == base]
    return max(versions, key=_version, default=None)


def _hint(registry, name):
    """Returns what to do about a name that is not registered, as a sentence's end."""
    if newest := _newest(registry, name):
        return f". Did you mean {newest}?"
    for beginning, (package, example) in _PACKAGES.items():
        if name.lower().startswith(beginning):
            return f": it is in a package, pip install {package}; then `env`={example}."
    lower = {known.lower(): known for known in registry}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    if near:
        return f". Did you mean {lower[near[0]]}?"
    return "; gymnasium.pprint_registry() lists all, and own ones are module:id."


def _of_module(module, name, added):
    if added:
        return f" in the module {module}, which has {', '.join(added)}."
    return (
        f" in the module {module}: it must call "
        f'gymnasium.register(id="{name}", entry_point=...).'
    )


def _base(name):
    base, dash, version = name.rpartition("-v")
    return (base if dash and version.isdecimal() else name).lower()


def _version(name):
    version = name.rpartition("-v")[2]
    return int(version) if version.isdecimal() else -1
