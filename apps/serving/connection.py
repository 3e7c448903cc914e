"""A server that is asked, and what it means for a command if it does not answer."""

import contextlib
import sys

from apps.cli import errors
from apps.shared_flags import server

# The same command may succeed later: it is no mistake.
_FAILURES = {
    *("ABORTED", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED", "INTERNAL"),
    *("RESOURCE_EXHAUSTED", "UNKNOWN"),
}


@contextlib.contextmanager
def connected():
    """Gives a `Client`; ends the command in one line if it is not answered.

    With exit code 1 if the server failed or took too long, with 2 if there is none at
    the address or it refused.
    """
    with contextlib.ExitStack() as stack:
        if server.PROTOCOL.value == "grpc":
            stack.enter_context(errors.heavy_imports("train"))
        else:
            stack.enter_context(errors.user_packages("train"))
        with errors.user_errors():
            client = server.make_client()
    from kerazoo.serving.client.errors import ServingError

    with client:
        try:
            yield client
        except ServingError as error:
            sys.stdout.flush()
            if error.code in _FAILURES:
                errors.end(str(error), errors.FAILED)
            raise errors.UserError(str(error)) from error
