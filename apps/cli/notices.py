"""What the library says of its own choices, shown to the person at the keyboard."""

import logging
import sys

from apps.cli import errors


class _Notices(logging.Handler):
    def emit(self, record):
        import tqdm

        text = errors.in_flags(record.getMessage())
        tqdm.tqdm.write(text, file=sys.stderr)  # Breaks no bar.


def show_notices():
    """Prints each `logging.getLogger("kerazoo. ...").info(...)` as a line."""
    logger = logging.getLogger("kerazoo")
    logger.handlers = [_Notices()]
    logger.propagate = False
    logger.setLevel(logging.INFO)
