"""Sampled subgraphs in TFRecord files, with the classes of their roots."""

import pathlib
import typing
import zlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn.example_files import check_examples
from kerazoo.models.gnn.graph_schemas import spec_from_schema
from kerazoo.models.gnn.graph_schemas import without_features
from kerazoo.models.gnn.graph_tensors import parse
from kerazoo.models.gnn.hetero_tensors import first_nodes
from kerazoo.models.gnn.hetero_tensors import hetero_inputs
from kerazoo.models.gnn.hetero_tensors import spec_of_schema
from kerazoo.models.gnn.record_shards import Shard
from kerazoo.models.gnn.record_shards import open_records
from kerazoo.models.gnn.record_shards import ordered_records
from kerazoo.models.gnn.root_labels import Found
from kerazoo.models.gnn.root_labels import as_classes
from kerazoo.models.gnn.root_labels import find_label

_CHUNK = 1_024  # Records whose labels are read together.
_SHARES = (("train", 0.6), ("validation", 0.8), ("test", 1.0))


class RootExamples:
    """Subgraphs of roots on disk, of which no more than one file is in memory.

    Records are `tf.train.Example` graphs as TF-GNN's samplers write them, with the root
    as the first node of its set. Its class is a feature of that set or of the context,
    an integer or a text; records without one, or with -1, are left out.

    Args:
        schema: Text of the `GraphSchema`.
        files: Part, `"train"`, `"validation"` or `"test"`, to its TFRecord files; or
            `""` to files whose records are split at random, 60 : 20 : 20.
        node_set: Set of the roots; None for the schema's root set, or the only one with
            a label.
        label: Name of the feature with the classes.
        class_names: Names of the classes 0, 1 and so on; None for their numbers.
        seed: Of a random split.

    Attributes:
        node_set: Set of the roots.
        spec: `HeteroSpec` of what a model sees.
        schema: Text of the schema of what a model sees.
        class_names: list of str.

    Raises:
        ValueError: If the schema has no such set or feature, a file cannot be read, or
            there are no labels.
    """

    def __init__(
        self,
        schema: str,
        files: Mapping[str, Sequence[pathlib.Path]],
        node_set: str | None = None,
        label: str = "label",
        class_names: Sequence[str] | None = None,
        seed: int = 0,
    ):
        spec_from_schema(schema)  # Says what is wrong with it.
        whole = tfgnn.parse_schema(schema)
        self.node_set, key, is_text = find_label(whole, node_set, label)
        self.schema = without_features(schema, [label])
        self.spec = spec_of_schema(self.schema, exclude=())
        self._graph_spec = spec_from_schema(self.schema)
        found: Found = {
            part: [self._labels(path, key, is_text) for path in paths]
            for part, paths in files.items()
        }
        self.class_names, found = as_classes(found, is_text, class_names)
        self._parts: dict[str, list[Shard]] = {}
        for part, shards in found.items():
            for path, labels in shards:
                self._add(part, path, labels, seed)
        for part in ("train", "test"):
            if not self.size(part):
                raise ValueError(
                    f"There must be roots with a label to {part} on. Received: none"
                )

    def size(self, part: str) -> int:
        """Returns the number of roots of a part."""
        return sum(len(shard.records) for shard in self._parts.get(part, ()))

    def labels(self, part: str) -> np.ndarray:
        """Returns the classes of a part's roots, int32 `(S,)`, in the files' order."""
        shards = self._parts.get(part, ())
        return np.concatenate([np.zeros(0, np.int32), *(s.labels for s in shards)])

    def inputs(self, serialized: tf.Tensor) -> dict[str, typing.Any]:
        """Returns what a `HeteroNodeClassifier` takes of serialised graphs `(B,)`."""
        graph = parse(self._graph_spec, serialized)
        inputs = hetero_inputs(graph, exclude=())
        return {**inputs, "nodes": first_nodes(graph, self.node_set)}

    def batches(
        self,
        part: str,
        batch_size: int,
        seed: int,
        start_step: int = 0,
        num_shards: int = 1,
        shard_index: int = 0,
    ) -> tf.data.Dataset:
        """Batches subgraphs without end: files in a new order each epoch, and records.

        The order depends on the seed and the epoch alone, so `start_step=k` goes on
        exactly where the first k batches ended, without reading what lies before.

        Args:
            part: Part to read.
            batch_size: Roots per batch.
            seed: Of the order.
            start_step: Batches to leave out.
            num_shards: Readers that share the batches, such as workers.
            shard_index: This reader's number among them.

        Returns:
            `tf.data.Dataset` of `(inputs, labels, weights)`.
        """
        shards = self._parts[part]
        step = start_step * num_shards + shard_index

        def generate():
            records = ordered_records(shards, seed, step * batch_size)
            while True:
                batch = [next(records) for _ in range(batch_size)]
                yield [record for record, _ in batch], [label for _, label in batch]
                for _ in range((num_shards - 1) * batch_size):
                    next(records)

        return self._dataset(generate, batch_size)

    def once(
        self, part: str, batch_size: int
    ) -> Iterator[tuple[tf.Tensor, np.ndarray]]:
        """Goes through a part once; yields serialised subgraphs and their labels."""
        for shard in self._parts.get(part, ()):
            content = shard.read()
            for start in range(0, len(content), batch_size):
                end = start + batch_size
                yield tf.constant(content[start:end]), shard.labels[start:end]

    def first(self) -> tfgnn.GraphTensor:
        """Returns the first subgraph to train on, a graph of one component."""
        serialized, _ = next(self.once("train", 1))
        return parse(self._graph_spec, serialized)

    def _dataset(self, generate, batch_size):
        signature = (
            tf.TensorSpec((batch_size,), tf.string),
            tf.TensorSpec((batch_size,), tf.int32),
        )

        def batch(serialized, labels):
            return self.inputs(serialized), labels, tf.ones(batch_size)

        return (
            tf.data.Dataset.from_generator(generate, output_signature=signature)
            .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
            .prefetch(tf.data.AUTOTUNE)
        )

    def _labels(self, path, key, is_text):
        """Returns a file's path, and the label of each record."""
        dtype, missing = (tf.string, b"") if is_text else (tf.int64, -1)
        found: list[typing.Any] = []
        features = {key: tf.io.VarLenFeature(dtype)}
        try:
            dataset = open_records(str(path))
            for number, records in enumerate(dataset.batch(_CHUNK)):
                if not number:
                    check_examples(self._graph_spec, [records[0].numpy()])
                values = tf.io.parse_example(records, features)[key]
                # Of a set the root's is the first.
                dense = tf.sparse.to_dense(values, missing)[:, :1].numpy()
                rows = dense[:, 0] if dense.shape[1] else [missing] * len(dense)
                found.extend(rows)
        except (tf.errors.OpError, ValueError) as error:
            said = " ".join(getattr(error, "message", str(error)).split())
            raise ValueError(
                f"{path} must be a TFRecord file of graphs of the schema. "
                f"Received: {said[:300]}"
            ) from error
        return str(path), np.array(found, object if is_text else np.int64)

    def _add(self, part, path, labels, seed):
        records = np.flatnonzero(labels >= 0)
        if part:
            shards = self._parts.setdefault(part, [])
            shards.append(Shard(path, records, labels[records].astype(np.int32)))
            return
        name = zlib.crc32(pathlib.Path(path).name.encode())
        uniform = np.random.default_rng((seed, name)).random(len(labels))[records]
        start = 0.0
        for drawn, end in _SHARES:
            chosen = records[(uniform >= start) & (uniform < end)]
            shard = Shard(path, chosen, labels[chosen].astype(np.int32))
            self._parts.setdefault(drawn, []).append(shard)
            start = end
