"""The names of TensorFlow Datasets, in a moment: it is not imported."""

import importlib.util
import pathlib
import re


def all_tfds_names() -> set[str]:
    """Returns the names of the datasets that TensorFlow Datasets has.

    They are those of its modules and of the classes of its builders, with some names
    that are none; empty where it is not installed.

    Example:

    ```python
    from kerazoo.data.tfds_names import all_tfds_names

    "mnist" in all_tfds_names()  # True
    ```
    """
    root = _root()
    if root is None:
        return set()
    names = {path.name for path in (root / "datasets").iterdir() if path.is_dir()}
    for file in root.rglob("*.py"):
        names.add(file.stem)
        for kind in re.findall(r"^class (\w+)\(", file.read_text(), re.MULTILINE):
            names.add(_snake_case(kind))
    return names


def tfds_sound_names() -> set[str]:
    """Returns the names of the modules of sound that TensorFlow Datasets has.

    Example:

    ```python
    from kerazoo.data.tfds_names import tfds_sound_names

    "spoken_digit" in tfds_sound_names()  # True
    ```
    """
    root = _root()
    if root is None:
        return set()
    return {path.stem for path in (root / "audio").iterdir()} - {"__init__"}


def _root():
    """Returns the folder of TensorFlow Datasets, None where it is not installed."""
    found = importlib.util.find_spec("tensorflow_datasets")
    if found is None or found.origin is None:
        return None
    return pathlib.Path(found.origin).parent


def _snake_case(name):
    """Returns the name that TensorFlow Datasets gives the builder of a class."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
