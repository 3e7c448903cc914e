"""The flag of the apps that use an exported model, and what it names."""

import pathlib

from absl import flags

from apps.cli.nearest import nearest
from apps.cli.sections import MODEL
from apps.cli.sections import section

section(MODEL)
SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    None,
    "Folder of a served model (its newest version is used) or of one version.",
)


def find_export(*families, others=()):
    """Returns the newest version of `--saved_model`, or the version given.

    Imports nothing heavy: call it before `errors.heavy_imports`.

    Args:
        *families: str. Families of which the model must be one, such as `"dqn"`.
        others: Families that are allowed, too, but not named in messages.

    Returns:
        The pair of its path and a dict of what was noted about it.

    Raises:
        ValueError: If there is none, or it is another model.
    """
    from kerazoo.serving.exported import newest_version
    from kerazoo.serving.exported import read_metadata

    apps = " or ".join(f"apps.train_{family}" for family in families)
    path = SAVED_MODEL.value
    if path is None:
        raise ValueError(
            f"--saved_model is missing: name a folder that {apps} exported a model to, "
            "such as saved_models/NAME."
        )
    try:
        version = newest_version(path)
    except ValueError as error:
        raise ValueError(
            f"--saved_model={path} holds no exported version: train one with "
            f"python -m {apps}.{_hint(pathlib.Path(path), families)}"
        ) from error
    metadata = read_metadata(version)
    if metadata.get("family") not in (*families, *others):
        raise ValueError(f"--saved_model={version} is no model that {apps} exported.")
    return version, metadata


def _hint(path, families):
    """Returns the sentence that names a model of nearly that path, or nothing."""
    try:
        beside = list(path.parent.iterdir())
    except OSError:
        return ""
    return nearest(str(path), [str(p) for p in beside if _family_of(p) in families])


def _family_of(model):
    """Returns the family of a served model; None where none can be read."""
    from kerazoo.serving.exported import newest_version
    from kerazoo.serving.exported import read_metadata

    try:
        return read_metadata(newest_version(model)).get("family")
    except (OSError, ValueError):
        return None
