"""Sampled subgraphs as TF-GNN reads them, and the files that they are written to."""

import typing
import zlib
from collections.abc import Iterable
from collections.abc import Mapping

from kerazoo.data.graphs.sampling_plan import SamplingPlan


class SampleLayout:
    """What a plan's examples hold, small enough to be sent to workers.

    Args:
        plan: What is sampled.
    """

    def __init__(self, plan: SamplingPlan):
        self.node_set, self.ends = plan.node_set, plan.ends
        self.nodes = {name: table.features.size for name, table in plan.nodes.items()}
        self.edges = {
            name: (table.features.size, "weight" in table.columns)
            for name, table in plan.edges.items()
        }


def encode_sample(
    item: tuple[str, Mapping[str, typing.Any]], layout: SampleLayout
) -> tuple[str, str, bytes]:
    """Returns a part, a root and its serialised `tf.train.Example`.

    Args:
        item: Id of a root, and what was drawn for it: `root`, a pair of its class and
            part; `nodes`, of set, id and features each; `edges`, of set, source,
            target, number of the row, weight and features each.
        layout: What the example holds.
    """
    from tensorflow.core.example import example_pb2

    root, joined = item
    ((label, part),) = joined["root"]
    example = example_pb2.Example()
    feature = example.features.feature
    places = {}
    for name, size in layout.nodes.items():
        rows = sorted(
            (node, values)
            for node_set, node, values in joined["nodes"]
            if node_set == name
        )
        if name == layout.node_set:  # The root comes first.
            rows.sort(key=lambda row: row[0] != root)
            labels = [label] + [-1] * (len(rows) - 1)
            feature[f"nodes/{name}.label"].int64_list.value.extend(labels)
        places[name] = {node: i for i, (node, _) in enumerate(rows)}
        feature[f"nodes/{name}.#size"].int64_list.value.append(len(rows))
        if size:
            values = feature[f"nodes/{name}.features"].float_list.value
            values.extend(value for _, row in rows for value in row)
    for name, (size, has_weights) in layout.edges.items():
        edges = sorted(edge[1:] for edge in joined["edges"] if edge[0] == name)
        key = f"edges/{name}"
        feature[f"{key}.#size"].int64_list.value.append(len(edges))
        for end, place in (("#source", 0), ("#target", 1)):
            numbers = places[layout.ends[name][place]]
            values = feature[f"{key}.{end}"].int64_list.value
            values.extend(numbers[row[place]] for row in edges)
        if has_weights:
            values = feature[f"{key}.weight"].float_list.value
            values.extend(row[3] for row in edges)
        if size:
            values = feature[f"{key}.features"].float_list.value
            values.extend(value for row in edges for value in row[4])
    return part, root, example.SerializeToString(deterministic=True)


def file_of(
    item: tuple[str, str, bytes], num_shards: int
) -> tuple[tuple[str, int], tuple[str, bytes]]:
    """Returns the part and the number of the file of a sample, with it and its root."""
    part, root, example = item
    return (part, zlib.crc32(root.encode()) % num_shards), (root, example)


def write_samples(
    item: tuple[tuple[str, int], Iterable[tuple[str, bytes]]],
    folder: str,
    num_shards: int,
) -> tuple[str, int]:
    """Writes one file whole; returns its part and the number of its samples.

    Args:
        item: Part and number of the file, and its samples, each with its root.
        folder: Folder of the file.
        num_shards: Files of each part.
    """
    import tensorflow as tf

    (part, number), samples = item
    name = f"{part}-{number:05}-of-{num_shards:05}.tfrecord"
    path = tf.io.gfile.join(folder, name)
    count = 0
    with tf.io.TFRecordWriter(f"{path}.part") as file:
        # The same order whatever the runner; a file is what memory must hold.
        for _, example in sorted(samples):
            file.write(example)
            count += 1
    tf.io.gfile.rename(f"{path}.part", path, overwrite=True)
    return part, count
