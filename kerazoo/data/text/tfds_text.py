"""Texts of TensorFlow Datasets."""

import os

import numpy as np

from kerazoo.data.text.labelled_text import LabelledText
from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.plain_text import PlainText
from kerazoo.data.text.split_texts import split_off
from kerazoo.data.tfds_builder import tfds_builder

_READ_AT_ONCE = 1_000  # Examples.


def tfds_parallel(
    name: str,
    data_dir: str | os.PathLike | None = None,
    source: str | None = None,
    target: str | None = None,
) -> ParallelText:
    """Reads pairs of texts of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Its splits
    are `train`, `validation` (or else a tenth of `train`, always the same) and perhaps
    `test`.

    Args:
        name: str. Name of a dataset with two features of text, such as
            `"ted_hrlr_translate/pt_to_en"` or `"wmt16_translate/de-en"`.
        data_dir: path of the prepared datasets, or None for the library's own.
        source: str. Feature translated from, or None for the dataset's own.
        target: str. Feature translated to, or None for the dataset's own.

    Returns:
        `ParallelText`.

    Raises:
        ValueError: If there is no such dataset or it lacks a feature or `train`.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the texts if they are not there:

    ```text
    text = tfds_parallel("ted_hrlr_translate/pt_to_en", source="en", target="pt")
    ```
    """
    builder = tfds_builder(name, data_dir)
    texts = _text_features(builder)
    own_source, own_target = builder.info.supervised_keys or (None, None)
    source, target = source or own_source, target or own_target
    if source == target or not {source, target} <= set(texts):
        raise ValueError(
            "Expected a dataset with a feature of text for each language. Received: "
            f"dataset={name} with {texts}, source={source}, target={target}"
        )
    train, validation, test = _splits(builder, (source, target))
    if validation is None:
        train, validation = split_off(train)
    return ParallelText(_name(builder), train, validation, test)


def tfds_labelled(name: str, data_dir: str | os.PathLike | None = None) -> LabelledText:
    """Reads texts with classes of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Its splits
    are `train`, `validation` (or else a tenth of each class of `train`, always the
    same) and perhaps `test`; a test whose labels are secret, -1, is left out.

    Args:
        name: str. Name of a dataset with one feature of text, or one for supervised
            learning, and the feature `label`, such as `"imdb_reviews"` or
            `"glue/sst2"`.
        data_dir: path of the prepared datasets, or None for the library's own.

    Returns:
        `LabelledText`.

    Raises:
        ValueError: If there is no such dataset or it is not one of labelled texts.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the texts if they are not there:

    ```text
    text = tfds_labelled("imdb_reviews")
    ```
    """
    import tensorflow_datasets as tfds

    builder = tfds_builder(name, data_dir)
    features, texts = dict(builder.info.features), _text_features(builder)
    first = (builder.info.supervised_keys or (None,))[0]
    text = first if first in texts else texts[0] if len(texts) == 1 else None
    label = features.get("label")
    if text is None or not isinstance(label, tfds.features.ClassLabel):
        raise ValueError(
            "Expected a dataset with a feature of text and the classes `label`. "
            f"Received: dataset={name} with {sorted(features)}"
        )
    train, validation, test = _splits(builder, (text, "label"))
    if validation is None:
        train, validation = split_off(train, train[1])
    if test is not None and (test[1] < 0).any():
        test = None
    return LabelledText(_name(builder), list(label.names), train, validation, test)


def tfds_plain(name: str, data_dir: str | os.PathLike | None = None) -> PlainText:
    """Reads text without labels of TensorFlow Datasets.

    A dataset that is not in `data_dir` is downloaded and prepared there. Texts of a
    split are joined by line feeds. Validation is the split `validation` or, without
    one, the last tenth of `train`.

    Args:
        name: str. Name of a dataset with one feature of text, such as
            `"tiny_shakespeare"` or `"lm1b"`.
        data_dir: path of the prepared datasets, or None for the library's own.

    Returns:
        `PlainText`.

    Raises:
        ValueError: If there is no such dataset or it has not one feature of text.
        OSError: If it is not there and cannot be downloaded.

    Example, which downloads the texts if they are not there:

    ```text
    text = tfds_plain("tiny_shakespeare", data_dir="tensorflow_datasets")
    ```
    """
    builder = tfds_builder(name, data_dir)
    texts = _text_features(builder)
    if len(texts) != 1:
        raise ValueError(
            "Expected a dataset with one feature of text. "
            f"Received: dataset={name} with {sorted(builder.info.features)}"
        )
    train, validation, _ = _splits(builder, texts)
    text = "\n".join(train[0])
    if validation is None:
        return PlainText.of(_name(builder), text)
    return PlainText(_name(builder), text, "\n".join(validation[0]))


def _name(builder):
    return builder.info.full_name.split("/")[0]


def _text_features(builder):
    """Returns the sorted names of the features that are texts."""
    import tensorflow_datasets as tfds

    features = dict(builder.info.features)
    return sorted(
        name for name in features if isinstance(features[name], tfds.features.Text)
    )


def _splits(builder, features):
    """Returns the columns of each split, or None where there is none but `train`."""
    if "train" not in builder.info.splits:
        raise ValueError(
            "Expected a dataset with a split `train`. "
            f"Received: dataset={builder.info.full_name} with "
            f"{sorted(builder.info.splits)}"
        )
    return [
        _columns(builder, split, features) if split in builder.info.splits else None
        for split in ("train", "validation", "test")
    ]


def _columns(builder, split, features):
    import tensorflow_datasets as tfds

    decoders = tfds.decode.PartialDecoding(dict.fromkeys(features, True))
    examples = builder.as_dataset(split=split, decoders=decoders).batch(_READ_AT_ONCE)
    columns = [[] for _ in features]
    for batch in tfds.as_numpy(examples):
        for column, feature in zip(columns, features):
            column.append(batch[feature])
    return tuple(map(_column, columns))


def _column(parts):
    """Returns texts as a list of str, and labels as an int32 array."""
    values = np.concatenate(parts)
    if values.dtype != object:
        return values.astype(np.int32)
    return [text.decode(errors="replace") for text in values]
