"""What to install where RDKit is missing."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def needs_rdkit() -> Iterator[None]:
    """Names the extra that has RDKit in the error of an import without it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"Molecules need {error.name}: pip install 'kerazoo[molecules]'",
            name=error.name,
        ) from error
