"""Errors of other people's code, each in one line."""

import pathlib
import traceback


class EnvironmentFailure(RuntimeError):
    """An environment that failed, so that training cannot go on, in one line.

    Args:
        doing: What it was doing, such as `"CartPole-v1 failed at step 3"`.
        error: What it raised.

    Example:

    ```python
    try:
        {}["speed"]
    except KeyError as error:
        failure = EnvironmentFailure("Mine-v0 failed at step 3", error)
    str(failure)  # "Mine-v0 failed at step 3: KeyError: 'speed' (my_env.py, line 2)"
    ```
    """

    def __init__(self, doing: str, error: BaseException):
        super().__init__(f"{doing}: {describe_error(error)}")


class DescribedError(RuntimeError):
    """An error of another process, in the words of `describe_error` there."""


def describe_error(error: BaseException) -> str:
    """Returns what an error says, with the file and the line that it comes from.

    Example:

    ```python
    try:
        compile("1 +", "my_env.py", "exec")
    except SyntaxError as error:
        describe_error(error)  # "SyntaxError: invalid syntax (my_env.py, line 1)"
    ```
    """
    if isinstance(error, DescribedError):
        return str(error)
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    kind = type(error).__name__
    said = " ".join(f"{kind}: {message}".split()) if message else kind
    return f"{said} ({place_of(error)})"


def place_of(error: BaseException) -> str:
    """Returns the file and the line that an error comes from, of a person's own code.

    Where there is none, it is that of a package.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{pathlib.Path(error.filename).name}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(frame.filename)]
    if not frames:
        return "an unknown place"
    last = (own or frames)[-1]
    return f"{pathlib.Path(last.filename).name}, line {last.lineno}"


def _is_own(filename):
    """Returns whether a file is neither installed nor of Python or kerazoo."""
    root = pathlib.Path(__file__).parents[2]
    path = pathlib.Path(filename)
    if filename.startswith("<") or path.is_relative_to(root):
        return False
    libraries = {"site-packages", "dist-packages"}
    return not libraries & set(path.parts) and not path.is_relative_to(_STANDARD)


_STANDARD = pathlib.Path(traceback.__file__).parent
