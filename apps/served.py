"""What the apps that use an exported model have in common."""

import json
import pathlib
import sys

from absl import flags

SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    None,
    "Folder of a served model (its newest version is used) or of one version.",
)


def find_version(app):
    """Returns the path of the newest version of `--saved_model`, or the version given.

    Args:
        app: str. The app that exports such models, such as `"train_dqn"`.

    Raises:
        ValueError: If there is none.
    """
    from kerazoo.serving import export

    path = pathlib.Path(SAVED_MODEL.value)
    if (path / "saved_model.pb").exists():
        return path
    versions = export.versions(path)
    if not versions:
        raise ValueError(
            f"--saved_model={path} holds no exported version: train one with "
            f"python -m apps.{app}."
        )
    return path / str(versions[-1])


def read_metadata(path, *families):
    """Returns what an app noted about its export, as a dict.

    Args:
        path: path of a version.
        *families: str. Families of which the model must be one, such as `"dqn"`.

    Raises:
        ValueError: If it is another model.
    """
    metadata = path / "assets.extra" / "kerazoo.json"
    trained = json.loads(metadata.read_text()) if metadata.exists() else {}
    if trained.get("family") not in families:
        apps = " or ".join(f"apps.train_{family}" for family in families)
        raise ValueError(f"--saved_model={path} is no model that {apps} exported.")
    return trained


def load_signatures(path):
    """Returns the signatures of a version, a map of functions of named tensors.

    Args:
        path: path of a version.

    Raises:
        ValueError: If its files are damaged.
    """
    import tensorflow as tf

    try:
        return tf.saved_model.load(str(path)).signatures
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"--saved_model={path} cannot be loaded: {error}") from error


def refuse_other_flags(module):
    """Refuses flags that another app has and this one makes nothing of.

    Args:
        module: str. `__name__` of the app.

    Raises:
        ValueError: If one was given.
    """
    name = sys.argv[0] if module == "__main__" else module
    own = {flag.name for flag in flags.FLAGS.get_key_flags_for_module(name)}
    for other, defined in flags.FLAGS.flags_by_module_dict().items():
        for flag in defined:
            if other.startswith("apps.") and flag.present and flag.name not in own:
                raise ValueError(
                    f"--{flag.name} is no flag of this app: see --helpshort."
                )
