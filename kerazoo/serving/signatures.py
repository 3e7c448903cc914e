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

    Raises:
        ValueError: If its files are damaged.

    Example:

    ```python
    sample = load_signatures("saved_models/gan_digits/1")["sample"]
    sample(count=tf.constant(4), seed=tf.constant(0), truncation=tf.constant(0.0))
    ```
    """
    try:
        return tf.saved_model.load(os.fspath(version)).signatures
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise ValueError(
            f"An exported model cannot be loaded: {error}. "
            f"Received: saved_model={version}"
        ) from error
