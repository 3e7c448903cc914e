"""Where a collection of graphs is, found without reading it."""

import pathlib


def find_collection(name: str, folder: pathlib.Path) -> pathlib.Path:
    """Returns the file of a collection of graphs.

    Raises:
        FileNotFoundError: If it is missing; the others that there are are named.
    """
    path = folder / f"{name}.txt"
    if not path.is_file():
        found = ", ".join(sorted(other.stem for other in folder.glob("*.txt")))
        raise FileNotFoundError(
            f"Expected {path.name} in {folder}, which has {found or 'no graphs'}. "
            f"Received: dataset={name}"
        )
    return path
