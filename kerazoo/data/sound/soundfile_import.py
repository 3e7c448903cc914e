"""What to install where soundfile is missing."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def needs_soundfile() -> Iterator[None]:
    """Names the extra that has soundfile in the error of an import without it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"Sound other than WAV needs {error.name}: pip install 'kerazoo[sound]'",
            name=error.name,
        ) from error
