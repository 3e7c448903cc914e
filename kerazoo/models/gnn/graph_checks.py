"""Checks of the graphs that a served model is asked about."""

import numpy as np
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite

EXAMPLES = "examples"
_HEADER = 6  # Bytes of a field's number and of its length, at most.
_OF_EDGES = ("target", "edge_weights", "edge_features")


def tensor_checks(inputs: dict[str, tf.Tensor], limits: Limits) -> list[Check]:
    """Returns the checks of the tensors of graphs, which do not depend on each other.

    Args:
        inputs: As `ServingGraphModel.serve_tensors` takes them.
        limits: What a request may ask for.
    """
    source = inputs["source"]
    num_nodes = tf.shape(inputs["node_features"])[0]
    num_edges = tf.shape(source)[0]
    checks = [
        has_rows("node_features", inputs["node_features"], limits.max_nodes),
        has_rows("source", source, limits.max_edges),
    ]
    checks += [
        has_rows_of(name, inputs[name], "`source`", num_edges)
        for name in _OF_EDGES
        if name in inputs
    ]
    if "pairs" in inputs:
        checks.append(has_rows("pairs", inputs["pairs"], limits.max_edges))
    checks += [
        in_range(name, inputs[name], 0, num_nodes - 1)
        for name in ("source", "target", "pairs")
        if name in inputs
    ]
    if "graph_ids" in inputs:
        checks += _id_checks(inputs, num_nodes, limits)
    checks += [
        is_finite(name, value, many=True)
        for name, value in inputs.items()
        if value.dtype.is_floating
    ]
    return checks


def stays_within_graphs(inputs: dict[str, tf.Tensor]) -> Check:
    """Checks that edges link nodes of the same graph; indices are known to exist."""
    source, ids = inputs["source"], inputs["graph_ids"]
    target = tf.gather(ids, inputs["target"])
    is_same = tf.equal(tf.gather(ids, source), target)
    return all_fit("source", source, is_same, "be of the same graph as `target`")


def are_examples(examples: tf.Tensor) -> Check:
    """Checks that texts are serialised `tf.train.Example`s, as far as their ends show.

    Such a message is one field, number 1, with its length before it
    (https://protobuf.dev/programming-guides/encoding). What is wrong further in, the
    parser finds; about what is no message at all, its error would repeat all of it.
    """
    header = tf.io.decode_raw(examples, tf.uint8, fixed_length=_HEADER)
    header = tf.cast(tf.reshape(header, (-1, _HEADER)), tf.int64)  # Of no rows, too.
    number, length = header[:, 0], header[:, 1:]
    # Seven bits in a byte, the lowest first, and one that says whether more follow.
    is_more = tf.cast(length >= 128, tf.int64)
    is_part = tf.math.cumprod(is_more, axis=1, exclusive=True)
    powers = 128 ** np.arange(_HEADER - 1)
    size = 1 + tf.reduce_sum(is_part * (1 + length % 128 * powers), axis=1)
    found = tf.cast(tf.strings.length(examples), tf.int64)
    fits = tf.equal(found, 0) | (tf.equal(number, 0x0A) & tf.equal(found, size))
    expected = "be serialised tf.train.Example, not other bytes"
    return all_fit(EXAMPLES, found, fits, expected)


def example_checks(graphs: tfgnn.GraphTensor, limits: Limits) -> list[Check]:
    """Returns the checks of parsed examples, which do not depend on each other.

    Args:
        graphs: `tfgnn.GraphTensor` `(B,)`, one component each.
        limits: What a request may ask for.
    """
    num_nodes = {name: _size(piece) for name, piece in graphs.node_sets.items()}
    checks = []
    for kind, pieces, most in (
        ("nodes", graphs.node_sets, limits.max_nodes),
        ("edges", graphs.edge_sets, limits.max_edges),
    ):
        for name, piece in pieces.items():
            checks += _piece_checks(f"{kind}/{name}", piece)
        sizes = [_size(piece) for piece in pieces.values()]
        total = tf.reduce_sum(tf.cast(tf.stack(sizes), tf.int64)) if sizes else 0
        expected = f"have at most {most} {kind}"
        checks.append(Check(total <= most, EXAMPLES, expected, _constant(total)))
    for name, piece in graphs.edge_sets.items():
        for tag, end in ((tfgnn.SOURCE, "source"), (tfgnn.TARGET, "target")):
            sizes = num_nodes[piece.adjacency.node_set_name(tag)]
            checks.append(
                _has_nodes(f"edges/{name}.#{end}", piece.adjacency[tag], sizes)
            )
    return checks


def has_roots(graphs: tfgnn.GraphTensor, node_set: str) -> Check:
    """Checks that examples have a node to be asked about, the first of a set."""
    sizes = _size(graphs.node_sets[node_set])
    expected = f"have a first node in nodes/{node_set}"
    return all_fit(EXAMPLES, sizes, sizes > 0, expected)


def _id_checks(inputs, num_nodes, limits):
    ids = inputs["graph_ids"]
    steps = ids - tf.concat([[-1], ids[:-1]], axis=0)
    # The first is 0, whatever step that may be in int32.
    rises = (steps >= 0) & (steps <= 1) & (ids >= 0)
    starts = tf.reduce_all(tf.equal(ids[:1], 0))
    expected = "begin at 0 and go up by 0 or 1 from node to node"
    checks = [
        has_rows_of("graph_ids", ids, "`node_features`", num_nodes),
        Check(starts, "graph_ids", expected, lambda: ids[:1]),
        all_fit("graph_ids", ids, rises, expected),
        in_range("graph_ids", ids, 0, limits.max_examples - 1),
    ]
    if "context_features" in inputs:
        context, counted = inputs["context_features"], "graphs in `graph_ids`"
        rows = num_graphs(ids)
        checks.append(has_rows_of("context_features", context, counted, rows))
    return checks


def num_graphs(graph_ids: tf.Tensor) -> tf.Tensor:
    """Returns the number of graphs of ids that go up from 0, none of no ids."""
    return tf.reduce_max(tf.concat([[-1], graph_ids], axis=0)) + 1


def _constant(value):
    return lambda: value


def _piece_checks(place, piece):
    sizes = _size(piece)
    checks = []
    fields = {f"{place}.{name}": value for name, value in piece.features.items()}
    if isinstance(piece, tfgnn.EdgeSet):
        fields[f"{place}.#source"] = piece.adjacency.source
        fields[f"{place}.#target"] = piece.adjacency.target
    if not any(isinstance(value, tf.RaggedTensor) for value in fields.values()):
        expected = f"have a size of 0 or more in {place}.#size"
        checks.append(all_fit(EXAMPLES, sizes, sizes >= 0, expected))
    for name, value in fields.items():
        # Others have a fixed size, as which they were parsed.
        if isinstance(value, tf.RaggedTensor):
            lengths = value.row_lengths()
            is_whole = tf.equal(tf.cast(lengths, sizes.dtype), sizes)
            expected = f"have as many rows in {name} as {place}.#size says"
            checks.append(all_fit(EXAMPLES, lengths, is_whole, expected))
        flat = getattr(value, "flat_values", value)
        if flat.dtype.is_floating:
            is_number = tf.math.is_finite(flat)
            checks.append(
                all_fit(EXAMPLES, flat, is_number, f"have finite numbers in {name}")
            )
    return checks


def _has_nodes(place, index, num_nodes):
    """Checks that an end of edges `(B, (E))` is a node of the same example."""
    if isinstance(index, tf.RaggedTensor):
        sizes = tf.gather(num_nodes, index.value_rowids())
        index = index.values
    else:
        sizes = num_nodes[:, tf.newaxis]
    fits = (index >= 0) & (index < tf.cast(sizes, index.dtype))
    expected = f"have only nodes of the same example in {place}"
    return all_fit(EXAMPLES, index, fits, expected)


def _size(piece):
    """Returns how many nodes or edges each example has, `(B,)`."""
    return tf.reduce_sum(piece.sizes, axis=1)
