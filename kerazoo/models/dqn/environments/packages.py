"""Packages of environments that an extra installs."""

import contextlib
import typing

from kerazoo.models.dqn.environments.errors import CannotMakeError


@contextlib.contextmanager
def extra(name: str, env: str) -> typing.Iterator[None]:
    """Says which extra to install where an import fails.

    Args:
        name: Of the extra.
        env: Id of the environment that needs it.

    Raises:
        ValueError: If a package is missing.

    Example:

    ```python
    from kerazoo.models.dqn.environments.packages import extra

    with extra("atari", "ALE/Pong-v5"):
        import gymnasium  # It is there.
    ```
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise CannotMakeError(
            f"The environment {env} needs {error.name}, which is not installed: "
            f"pip install 'kerazoo[{name}]', in a clone pip install '.[{name}]'."
        ) from error
