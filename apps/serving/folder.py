"""The models that were exported to the usual folder."""

import pathlib

_FOLDER = "saved_models"


def served_models(flag):
    """Returns the folders of the models of `saved_models`, by name.

    Args:
        flag: str. The flag that names others, for the error.

    Raises:
        ValueError: If there is none.
    """
    from kerazoo.serving.exported import versions

    folder = pathlib.Path(_FOLDER)
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [path for path in found if versions(path)]
    if not found:
        raise ValueError(f"{_FOLDER} holds no exported model: name one with {flag}.")
    return found
