"""What a person sees where a model cannot answer: one line."""

import functools
import inspect
import re
import typing

import gradio
import tensorflow as tf

_Function = typing.TypeVar("_Function", bound=typing.Callable[..., typing.Any])
_MISTAKES = (
    *(ValueError, OSError, ModuleNotFoundError, RuntimeError),
    tf.errors.InvalidArgumentError,
)


def answering(function: _Function) -> _Function:
    """Turns what a function of the page raises into a line that is shown.

    Args:
        function: A function or a generator of values of components.

    Example:

    ```python
    @answering
    def half(number):
        if number % 2:
            raise ValueError("Expected an even number.")
        return number // 2


    half(4)  # 2; of 3 the page says what was expected.
    ```
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def answer(*args):
            try:
                yield from function(*args)
            except _MISTAKES as error:
                raise _shown(error) from error

    else:

        @functools.wraps(function)
        def answer(*args):
            try:
                return function(*args)
            except _MISTAKES as error:
                raise _shown(error) from error

    return typing.cast(_Function, answer)


def _shown(error):
    return gradio.Error(in_one_line(error), title="", print_exception=False)


def in_one_line(error: BaseException) -> str:
    """Returns what an error says, without what TensorFlow adds about its graph.

    Example:

    ```python
    in_one_line(ValueError("Expected a number."))  # "Expected a number."
    ```
    """
    if isinstance(error, ModuleNotFoundError):
        return (
            f"{error.name} is not installed, which this model needs: see the extras of "
            "the installation."
        )
    if isinstance(error, tf.errors.OpError):
        # What went wrong is the line above that of the nodes, `[[{{node ...}}]]`.
        above = re.split(r"\n\s*\[\[", error.message)[0]
        said = above.rstrip().rpartition("\n")[2]
        return said.rpartition("assertion failed: ")[2].strip()
    return " ".join(str(error).split())
