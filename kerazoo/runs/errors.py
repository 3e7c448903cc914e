"""What a run says when it was asked for the wrong thing."""

import contextlib
import typing


class RunError(ValueError):
    """A mistake in what a run was asked for, found before or after its training."""


@contextlib.contextmanager
def mistakes(*types: type[Exception]) -> typing.Iterator[None]:
    """Turns these exceptions, ValueError and OSError into a `RunError`.

    Put it around what checks arguments and reads files, never around training.
    """
    refused: tuple[type[Exception], ...] = (ValueError, OSError, *types)
    try:
        yield
    except RunError:
        raise
    except refused as error:
        raise RunError(" ".join(str(error).split())) from error
