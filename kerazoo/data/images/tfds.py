"""Images of TensorFlow Datasets."""

import os

import numpy as np

from kerazoo.data.held_out import held_out
from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.data.images.resized import height_and_width
from kerazoo.data.images.resized import resized
from kerazoo.data.tfds_builder import tfds_builder

_TEST_SHARE = 0.1
_TESTS = ("test", "validation")
_READ_AT_ONCE = 1_000  # Images.


def tfds_images(
    name: str,
    data_dir: str | os.PathLike | None = None,
    image_size: int | tuple[int, int] | None = None,
) -> ImageDataset:
    """Reads images, and labels if there are some, of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Its test is
    `test` or, without one, `validation` or a tenth of `train`, always the same.

    Args:
        name: str. Name of a dataset with the feature `image` and perhaps `label`, such
            as `"mnist"` or `"cifar10"`.
        data_dir: path of the prepared datasets, or None for the library's own.
        image_size: int, pair of int or None. Height and width to bring the images to:
            the middle of each, as large as it can be, is scaled.

    Returns:
        `ImageDataset` of bytes.

    Raises:
        ValueError: If there is no such dataset, it is not one of byte images, or they
            differ in size and no `image_size` is given.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads MNIST if it is not there:

    ```text
    dataset = tfds_images("mnist", data_dir="tensorflow_datasets")
    ```
    """
    import tensorflow_datasets as tfds

    size = height_and_width(image_size)
    builder = tfds_builder(name, data_dir)
    features, splits = dict(builder.info.features), builder.info.splits
    image = features.get("image")
    if not isinstance(image, tfds.features.Image) or image.np_dtype != np.uint8:
        raise ValueError(
            "Expected a dataset with byte images as its feature `image`. "
            f"Received: dataset={name} with {sorted(features)}"
        )
    if "train" not in splits:
        raise ValueError(
            f"Expected a dataset with a split `train`. "
            f"Received: dataset={name} with {sorted(splits)}"
        )
    has_labels = isinstance(features.get("label"), tfds.features.ClassLabel)
    images, labels = _read(tfds, builder, "train", size, has_labels)
    tests = [split for split in _TESTS if split in splits]
    if tests:
        test_images, test_labels = _read(tfds, builder, tests[0], size, has_labels)
    else:
        train, test = held_out(len(images), labels, _TEST_SHARE)
        images, test_images = images[train], images[test]
        if has_labels:
            labels, test_labels = labels[train], labels[test]
    return ImageDataset(
        name=builder.info.full_name.split("/")[0],
        train_images=images,
        train_labels=labels if has_labels else None,
        test_images=test_images,
        test_labels=test_labels if has_labels else None,
        num_classes=features["label"].num_classes if has_labels else 0,
        class_names=list(features["label"].names) if has_labels else None,
    )


def _read(tfds, builder, split, size, has_labels):
    names = ("image", "label") if has_labels else ("image",)
    decoded = builder.as_dataset(
        split=split, decoders=tfds.decode.PartialDecoding(dict.fromkeys(names, True))
    )
    if None in builder.info.features["image"].shape:
        decoded = decoded.batch(1)
    else:
        decoded = decoded.batch(_READ_AT_ONCE)
    images, labels = [], []
    for batch in tfds.as_numpy(decoded):
        new = batch["image"]
        if size is not None:
            new = np.stack([resized(image, size) for image in new])
        images.append(new)
        if new.shape[1:] != images[0].shape[1:]:
            raise ValueError(
                "Images of different sizes need an `image_size`. Received: "
                f"{images[0].shape[1:]} and {new.shape[1:]} in "
                f"{builder.info.full_name}"
            )
        if has_labels:
            labels.append(batch["label"].astype(np.int32))
    return np.concatenate(images), np.concatenate(labels) if has_labels else None
