"""`kerazoo.load`, which sees what it is to load before it imports TensorFlow."""

import importlib
import json
import os
import pathlib
import typing

if typing.TYPE_CHECKING:
    import keras


def load(path: str | os.PathLike, weights: str = "best") -> "keras.Model":
    """Reads the Keras model of a run's folder or of an exported model.

    Args:
        path: Folder of a run, of a served model (its newest version is read), or of one
            version of it.
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
    model = kerazoo.load("runs/gan/digits")
    images = model(np.random.normal(size=(4, model.latent_size)), average=True)
    ```
    """
    if family_of(path) == "gnn":  # Puts Keras 2 behind `tf.keras`.
        importlib.import_module("kerazoo.models.gnn")
    from kerazoo.runs.loading import load_model

    return load_model(path, weights)


def family_of(path: str | os.PathLike) -> str | None:
    """Returns the family of the model in a folder; None where nothing says it."""
    path = pathlib.Path(path)
    extra = "assets.extra/kerazoo.json"
    for file in (path / "model.json", path / extra, *path.glob(f"*/{extra}")):
        if file.exists():
            noted = json.loads(file.read_text())
            return noted.get("metadata", noted).get("family")
    return None
