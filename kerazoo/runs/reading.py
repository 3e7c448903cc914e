"""`kerazoo.load`, which sees what it is to load before it imports TensorFlow."""

import importlib
import os
import pathlib
import re
import typing
import zipfile

from kerazoo.atomic_files import read_json

if typing.TYPE_CHECKING:
    import keras

KERAS_SUFFIX = ".keras"


def load(path: str | os.PathLike, weights: str = "best") -> "keras.Model":
    """Reads the Keras model of a run's folder, of an exported model or of a file.

    Args:
        path: Folder of a run, of a served model (its newest version is read), or of one
            version of it; or a `.keras` file of a model of kerazoo.
        weights: Of a run: `"best"` for those that are exported, chosen by evaluations
            where the task does so; `"newest"` for those of the newest checkpoint.

    Returns:
        The Keras model, not compiled, ready to be called or trained further.

    Raises:
        ImportError: If it is of graphs, and TensorFlow has been imported before with
            Keras 3 behind `tf.keras`.
        ValueError: If the folder holds neither, or nothing that is whole.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import NodeClassification
    from kerazoo.training import Schedule

    task = NodeClassification("karate_club")
    kerazoo.run(task, "runs/club", Schedule(train_steps=20, eval_every=10))
    model = kerazoo.load("runs/club")
    ```
    """
    if family_of(path) == "gnn":  # Puts Keras 2 behind `tf.keras`.
        importlib.import_module("kerazoo.models.gnn")
    from kerazoo.runs.loading import load_model

    return load_model(path, weights)


def family_of(path: str | os.PathLike) -> str | None:
    """Returns the family of the model in a folder; None where nothing says it."""
    path = pathlib.Path(path)
    if path.suffix == KERAS_SUFFIX and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = re.search(rb'"kerazoo\.models\.(\w+)', archive.read("config.json"))
        return found and found[1].decode()
    extra = "assets.extra/kerazoo.json"
    for file in (path / "model.json", path / extra, *path.glob(f"*/{extra}")):
        if file.exists():
            noted = read_json(file)
            return noted.get("metadata", noted).get("family")
    return None
