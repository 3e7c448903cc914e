"""What a run says when it was asked for the wrong thing."""

import contextlib


class RunError(ValueError):
    """A mistake in what a run was asked for, found before or after its training."""


@contextlib.contextmanager
def mistakes(*types: type[Exception]):
    """Turns these exceptions, ValueError and OSError into a `RunError`.

    Put it around what checks arguments and reads files, never around training.
    """
    try:
        yield
    except RunError:
        raise
    except (ValueError, OSError, *types) as error:
        raise RunError(" ".join(str(error).split())) from error
