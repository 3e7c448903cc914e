"""Batches of sampled subgraphs of several sets as `tf.data`."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.gnn.batch_order import example_order
from kerazoo.models.gnn.hetero_spec import HeteroSpec


def hetero_batches(
    sampler: typing.Any,
    spec: HeteroSpec,
    roots: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    seed: int,
    start_step: int = 0,
    num_shards: int = 1,
    shard_index: int = 0,
) -> tf.data.Dataset:
    """Batches sampled subgraphs without end, in a new order each epoch.

    The order depends on the seed and the epoch alone, so `start_step=k` goes on exactly
    where the first k batches ended. Sizes differ from batch to batch.

    Args:
        sampler: `sample(roots, draws)` gives subgraphs, as `kerazoo.data`'s
            `HeteroSampler`.
        spec: Sets of the graph.
        roots: int `(S,)`, nodes.
        labels: int `(S,)`, of the roots.
        batch_size: Roots per batch.
        seed: Of the order.
        start_step: Batches to leave out.
        num_shards: Readers that share the batches, such as workers.
        shard_index: This reader's number among them.

    Returns:
        `tf.data.Dataset` of `(inputs, labels, weights)`: what `HeteroNodeClassifier`
        takes, int labels `(B,)` and ones.
    """
    names, signature = _layout(spec)
    order = example_order(
        len(roots), batch_size, seed, start_step, num_shards, shard_index
    )
    steps = tf.data.Dataset.counter(start_step * num_shards + shard_index, num_shards)
    roots, labels = np.asarray(roots), np.asarray(labels, np.int32)

    def sample(step, chosen):
        draws = step * batch_size + np.arange(len(chosen))
        found = sampler.sample(roots[chosen], draws)
        return [_part(found, name) for name in names] + [labels[chosen]]

    def batch(step, chosen):
        types = [spec.dtype for spec in signature]
        tensors = tf.numpy_function(sample, (step, chosen), [*types, tf.int32])
        for tensor, expected in zip(tensors, signature):
            tensor.set_shape(expected.shape)
        found = dict(zip(names, tensors))
        labels = tf.ensure_shape(tensors[-1], (batch_size,))
        return _nested(spec, found), labels, tf.ones(batch_size)

    return (
        tf.data.Dataset.zip(steps, order)
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _layout(spec):
    """Returns what tensors there are, as pairs of set and part, and their specs."""
    found: dict[tuple[str, str], tf.TensorSpec] = {
        ("", "nodes"): tf.TensorSpec((None,), tf.int32)
    }
    for name, size in spec.node_sets.items():
        found[name, "node_features"] = tf.TensorSpec((None, size), tf.float32)
    for name, piece in spec.edge_sets.items():
        for end in ("source", "target"):
            found[name, end] = tf.TensorSpec((None,), tf.int32)
        if piece.weights:
            found[name, "weights"] = tf.TensorSpec((None,), tf.float32)
        if piece.feature_size:
            shape = (None, piece.feature_size)
            found[name, "features"] = tf.TensorSpec(shape, tf.float32)
    return list(found), list(found.values())


def _part(subgraphs, place):
    name, part = place
    if part == "nodes":
        return subgraphs.roots.astype(np.int32)
    if part == "node_features":
        features = subgraphs.graph.node_sets[name]
        dense = features.toarray() if hasattr(features, "toarray") else features
        return dense.astype(np.float32)
    dtype = np.int32 if part in ("source", "target") else np.float32
    return getattr(subgraphs.graph.edge_sets[name], part).astype(dtype)


def _nested(spec, found):
    """Returns tensors by set and part as a model takes them."""
    renamed = {"weights": "edge_weights", "features": "edge_features"}
    edges: dict[str, dict[str, tf.Tensor]] = {name: {} for name in spec.edge_sets}
    for (name, part), tensor in found.items():
        if name in edges and part != "node_features":
            edges[name][renamed.get(part, part)] = tensor
    nodes = {name: found[name, "node_features"] for name in spec.node_sets}
    return {"node_features": nodes, "edges": edges, "nodes": found["", "nodes"]}
