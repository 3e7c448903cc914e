"""The flag of the apps that use an exported model, and what it names."""

from absl import flags

SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    None,
    "Folder of a served model (its newest version is used) or of one version.",
)


def find_export(*families):
    """Returns the newest version of `--saved_model`, or the version given.

    Imports TensorFlow: call it after `errors.heavy_imports`.

    Args:
        *families: str. Families of which the model must be one, such as `"dqn"`.

    Returns:
        The pair of its path and a dict of what was noted about it.

    Raises:
        ValueError: If there is none, or it is another model.
    """
    from kerazoo.serving.exporting import newest_version
    from kerazoo.serving.exporting import read_metadata

    apps = " or ".join(f"apps.train_{family}" for family in families)
    path = SAVED_MODEL.value
    try:
        version = newest_version(path)
    except ValueError as error:
        raise ValueError(
            f"--saved_model={path} holds no exported version: train one with "
            f"python -m {apps}."
        ) from error
    metadata = read_metadata(version)
    if metadata.get("family") not in families:
        raise ValueError(f"--saved_model={version} is no model that {apps} exported.")
    return version, metadata
