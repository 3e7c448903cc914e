"""Classes of the roots of sampled subgraphs."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

Found = Mapping[str, Sequence[tuple[str, np.ndarray]]]


def find_label(
    schema: tfgnn.GraphSchema, node_set: str | None, label: str
) -> tuple[str, str, bool]:
    """Returns the roots' set, the key of their label and whether it is a text.

    Args:
        schema: The schema.
        node_set: Set of the roots; None for the schema's root set, or the only one with
            a label.
        label: Name of the feature with the classes.

    Raises:
        ValueError: If there is no such set or feature.
    """
    sets = ", ".join(sorted(schema.node_sets))
    if node_set is not None and node_set not in schema.node_sets:
        raise ValueError(
            f"`node_set` must be one of {sets}, the sets of the schema. "
            f"Received: node_set={node_set}"
        )
    labelled = [k for k, piece in schema.node_sets.items() if label in piece.features]
    if node_set is None:
        known = list(schema.info.root_set) or labelled or list(schema.node_sets)
        if len(known) != 1:
            raise ValueError(
                f"`node_set` must say which nodes are the roots, one of {sets}. "
                "Received: node_set=None"
            )
        node_set = known[0]
    for key, piece in (
        (f"nodes/{node_set}.{label}", schema.node_sets[node_set]),
        (f"context/{label}", schema.context),
    ):
        if label not in piece.features:
            continue
        dtype = tf.as_dtype(piece.features[label].dtype)
        if dtype == tf.string or dtype.is_integer:
            return node_set, key, dtype == tf.string
        raise ValueError(
            "`target_column` must be a feature of integers or texts. "
            f"Received: {label} of {dtype.name}"
        )
    raise ValueError(
        f"The schema must have a feature {label!r} of {node_set} or of the context, or "
        f"the one that `target_column` names. Received: target_column={label}"
    )


def as_classes(
    found: Found,
    is_text: bool,
    class_names: Sequence[str] | None,
) -> tuple[list[str], Found]:
    """Returns the names of the classes, and labels as their numbers.

    Args:
        found: Part to the path and the labels of each file.
        is_text: Whether labels are texts, empty where unknown, not numbers from 0, or
            -1 where unknown.
        class_names: Names of the numbers; None for the numbers themselves.

    Raises:
        ValueError: If there are fewer than two classes, or more than names.
    """
    arrays = [labels for shards in found.values() for _, labels in shards]
    if is_text:
        texts = sorted({text for labels in arrays for text in labels if text})
        numbers = {text: number for number, text in enumerate(texts)} | {b"": -1}
        found = {
            part: [(p, np.array([numbers[text] for text in ls])) for p, ls in shards]
            for part, shards in found.items()
        }
        names = [text.decode(errors="replace") for text in texts]
    else:
        most = max((int(labels.max(initial=-1)) for labels in arrays), default=-1)
        names = list(class_names or map(str, range(most + 1)))
        if most >= len(names):
            raise ValueError(
                f"Labels must be from 0 to {len(names) - 1}, the classes that are "
                f"noted, or -1. Received: {most}"
            )
    if len(names) < 2:
        raise ValueError(
            f"Roots must be of at least two classes. Received: {', '.join(names) or 0}"
        )
    return names, found
