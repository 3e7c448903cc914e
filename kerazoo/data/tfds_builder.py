"""Prepared datasets of TensorFlow Datasets."""

import os
import typing


def tfds_builder(name: str, data_dir: str | os.PathLike | None = None) -> typing.Any:
    """Returns the builder of a dataset, prepared.

    A dataset that is not in `data_dir` is downloaded and prepared there.

    Args:
        name: str. Name of a dataset, such as `"mnist"`.
        data_dir: path of the prepared datasets, or None for the library's own.

    Returns:
        `tfds.core.DatasetBuilder`.

    Raises:
        ValueError: If there is no such dataset.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the text if it is not there:

    ```text
    builder = tfds_builder("tiny_shakespeare", data_dir="tensorflow_datasets")
    ```
    """
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except (tfds.core.DatasetNotFoundError, ValueError) as error:
        raise ValueError(
            "Expected the name of a dataset of TensorFlow Datasets; files of one's own "
            "are named by `data_dir`. "
            f"Received: dataset={name}"
        ) from error
    if builder.is_prepared():
        return builder
    try:
        builder.download_and_prepare()
    except Exception as error:  # Each dataset has its own ways to fail.
        reason = " ".join(str(error).split())[:200]
        raise OSError(
            f"{name} is not in {builder.data_dir} and could not be made: "
            f"{type(error).__name__}: {reason}"
        ) from error
    return builder
