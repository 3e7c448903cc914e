"""The functions of an exported model."""

import os
import typing

import tensorflow as tf


def load_signatures(version: str | os.PathLike) -> dict[str, typing.Any]:
    """Returns the signatures of an exported version by name.

    Args:
        version: Folder of one version, such as `saved_models/gan_digits/1`.

    Returns:
        Mapping of names to functions of named tensors, which return a dict of tensors.
        They are to be called: one that is traced into another function needs the whole
        model, of `tf.saved_model.load`.

    Raises:
        ValueError: If its files are damaged.

    Example:

    ```python
    path = export(module, {"serving_default": module.serve}, "saved_models/double")
    load_signatures(path)["serving_default"](x=tf.constant([1.0, 2.0]))  # 2.0, 4.0
    ```
    """
    try:
        return tf.saved_model.load(os.fspath(version)).signatures
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"An exported model cannot be loaded: {error}. "
            f"Received: saved_model={version}"
        ) from error
