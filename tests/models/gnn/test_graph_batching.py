import kerazoo.models.gnn  # noqa: F401

# isort: split
import functools
import itertools
import types

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn import graph_schemas
from kerazoo.models.gnn import graph_tensors
from kerazoo.models.gnn import tensor_layout
from kerazoo.models.gnn.example_files import read_examples
from kerazoo.models.gnn.graph_batching import graph_batches
from kerazoo.models.gnn.padded_sizes import size_constraints

SCHEMA = graph_schemas.schema_text(2, edge_feature_size=1, context_feature_size=1)
HETEROGENEOUS = """
context { features { key: "label" value { dtype: DT_INT64 } } }
node_sets {
  key: "paper"
  value {
    features { key: "#id" value { dtype: DT_STRING } }
    features { key: "words" value { dtype: DT_FLOAT shape { dim { size: 2 } } } }
    features { key: "label" value { dtype: DT_INT64 } }
  }
}
node_sets { key: "writes" value {} }
edge_sets { key: "writes" value { source: "writes" target: "paper" } }
"""
SIZES = [(3, 5), (1, 0), (4, 0), (1, 2), (6, 7), (2, 1), (5, 9)]


def graph(number):
    """The graph that `SIZES` gives; `number` is its context feature."""
    num_nodes, num_edges = SIZES[number]
    random = np.random.default_rng(number)
    return types.SimpleNamespace(
        node_features=random.normal(size=(num_nodes, 2)).astype("float32"),
        source=random.integers(0, num_nodes, num_edges).astype("int32"),
        target=random.integers(0, num_nodes, num_edges).astype("int32"),
        edge_features=random.normal(size=(num_edges, 1)).astype("float32"),
        edge_weights=None,
        context_features=np.array([number], "float32"),
    )


GRAPHS = [graph(number) for number in range(len(SIZES))]
LABELS = np.arange(len(SIZES))


def batches(batch_size, steps=None, constraints=None, **kwargs):
    if constraints is None:
        constraints = size_constraints(GRAPHS, batch_size)
    dataset = graph_batches(GRAPHS, LABELS, batch_size, constraints, **kwargs)
    return list(dataset if steps is None else dataset.take(steps))


@functools.cache
def stream():
    """The first six epochs of batches of three."""
    return batches(3, 14, seed=0)


def labels(elements):
    """The labels of each batch's graphs."""
    return [batch[weights == 1].tolist() for _, batch, weights in as_numpy(elements)]


def as_numpy(elements):
    return tf.nest.map_structure(lambda tensor: tensor.numpy(), list(elements))


def assert_equal(ones, others):
    ones, others = tf.nest.flatten(ones), tf.nest.flatten(others)
    assert len(ones) == len(others) > 0
    for one, other in zip(ones, others):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("batch_size", "seed"),
    [(3, None), pytest.param(1, 3, marks=pytest.mark.slow), (4, 3)],
)
def test_batches_are_those_tf_gnn_parses_merges_and_pads(batch_size, seed):
    constraints = size_constraints(GRAPHS, batch_size)
    spec = graph_schemas.spec_from_schema(SCHEMA)
    examples = tf.constant([graph_tensors.write_example(g) for g in GRAPHS])
    for components, batch_labels, weights in batches(batch_size, 3, seed=seed):
        chosen = batch_labels[weights == 1]
        merged = tfgnn.parse_example(
            spec, tf.gather(examples, chosen)
        ).merge_batch_to_components()
        padded, mask = tfgnn.pad_to_total_sizes(merged, constraints)
        assert_equal(components, tf.nest.flatten(padded, expand_composites=True))
        np.testing.assert_array_equal(weights, tf.cast(mask, tf.float32))
        np.testing.assert_array_equal(batch_labels[weights == 0], 0)


@pytest.mark.parametrize("seed", [pytest.param(None, marks=pytest.mark.slow), 0])
def test_all_shapes_are_static_and_the_same(seed):
    constraints = size_constraints(GRAPHS, 3)
    dataset = graph_batches(GRAPHS, LABELS, 3, constraints, seed=seed)
    specs = tf.nest.flatten(dataset.element_spec)
    assert all(spec.shape.is_fully_defined() for spec in specs)
    for element in dataset.take(4):
        assert [value.shape for value in tf.nest.flatten(element)] == [
            spec.shape for spec in specs
        ]


@pytest.mark.slow
def test_without_a_seed_graphs_come_once_in_order():
    assert labels(batches(3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert labels(batches(3, start_step=2)) == [[6]]


def test_each_epoch_has_every_graph_once_in_an_order_of_its_own():
    graphs = list(itertools.chain(*labels(stream())))
    epochs = [graphs[start : start + 7] for start in range(0, 42, 7)]
    assert all(sorted(epoch) == LABELS.tolist() for epoch in epochs)
    assert len(set(map(tuple, epochs))) == 6


def test_order_depends_on_the_seed_alone():
    # That the same seed gives the same order is seen where steps are known.
    assert labels(batches(3, 6, seed=1)) != labels(stream()[:6])


@pytest.mark.parametrize("start_step", [2, pytest.param(7, marks=pytest.mark.slow)])
def test_a_later_start_goes_on_exactly(start_step):
    whole = stream()[start_step : start_step + 4]
    assert_equal(batches(3, 4, seed=0, start_step=start_step), whole)


def test_shards_share_one_stream():
    constraints = size_constraints(GRAPHS, 4)
    whole = labels(batches(2, 12, seed=0, constraints=constraints))
    shards = [
        labels(batches(2, 4, seed=0, start_step=2, num_shards=2, shard_index=index))
        for index in range(2)
    ]
    assert [batch for pair in zip(*shards) for batch in pair] == whole[4:]


@pytest.mark.slow
def test_smaller_batches_share_one_stream():
    constraints = size_constraints(GRAPHS, 4)
    whole = labels(batches(2, 12, seed=0, constraints=constraints))
    pairs = labels(batches(4, 6, seed=0, constraints=constraints))
    assert pairs == [a + b for a, b in zip(whole[::2], whole[1::2])]


@pytest.mark.parametrize(
    ("seed", "steps"), [pytest.param(None, 1, marks=pytest.mark.slow), (0, 3)]
)
def test_batches_larger_than_an_epoch(seed, steps):
    constraints = size_constraints(GRAPHS, 10, seed, steps)
    found = labels(batches(10, steps, constraints=constraints, seed=seed))
    assert [len(batch) for batch in found] == ([7] if seed is None else [10] * 3)
    assert set(found[0]) == set(LABELS)


def test_labels_may_have_any_shape():
    constraints = size_constraints(GRAPHS, 3)
    targets = np.random.default_rng(0).normal(size=(7, 2, 4)).astype("float32")
    dataset = graph_batches(GRAPHS, targets, 3, constraints)
    found = np.concatenate([y[w == 1] for _, y, w in as_numpy(dataset)])
    np.testing.assert_array_equal(found, targets)


def test_endless_batches_say_so():
    constraints = size_constraints(GRAPHS, 3)
    endless = graph_batches(GRAPHS, LABELS, 3, constraints, seed=0)
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY


@pytest.mark.parametrize("batch_size", [1, 3, 7, 8, 20])
def test_constraints_hold_every_batch_but_are_no_larger_than_needed(batch_size):
    constraints = size_constraints(GRAPHS, batch_size)
    # A batch is the end of one epoch and the start of the next, of any two orders.
    copies = 2 if 1 < batch_size <= 8 else -(-batch_size // 7) + (batch_size > 8)
    for column, found in (
        (0, constraints.total_num_nodes["nodes"] - 1),
        (1, constraints.total_num_edges["edges"]),
    ):
        sizes = sorted([size[column] for size in SIZES] * copies, reverse=True)
        assert found == sum(sizes[:batch_size])
    assert constraints.total_num_components == batch_size + 1
    assert constraints.min_nodes_per_component == {"nodes": 1}


def test_constraints_of_known_steps_are_the_largest_of_their_batches():
    constraints = size_constraints(GRAPHS, 3, seed=0, num_steps=8)
    found = labels(stream()[:8])
    nodes = [sum(SIZES[number][0] for number in batch) for batch in found]
    edges = [sum(SIZES[number][1] for number in batch) for batch in found]
    assert constraints.total_num_nodes == {"nodes": max(nodes) + 1}
    assert constraints.total_num_edges == {"edges": max(edges)}
    loose = size_constraints(GRAPHS, 3)
    assert max(nodes) + 1 < loose.total_num_nodes["nodes"]
    assert labels(batches(3, 8, constraints=constraints, seed=0)) == found


def test_a_batch_that_does_not_fit_raises():
    constraints = size_constraints(GRAPHS[:2], 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not pad"):
        batches(2, 4, constraints=constraints, seed=0)


def test_wrong_labels_and_batch_sizes_raise():
    constraints = size_constraints(GRAPHS, 3)
    with pytest.raises(ValueError, match=r"7, one per example.*len\(labels\)=6"):
        graph_batches(GRAPHS, LABELS[1:], 3, constraints)
    for batch_size in (0, 4):
        with pytest.raises(ValueError, match=f"1 to 3,.*batch_size={batch_size}"):
            graph_batches(GRAPHS, LABELS, batch_size, constraints)


def subgraph(number):
    """Paper `number` first, one more paper, and its authors, as many as `number`."""
    return tfgnn.GraphTensor.from_pieces(
        context=tfgnn.Context.from_fields(features={"label": tf.constant([-number])}),
        node_sets={
            "paper": tfgnn.NodeSet.from_fields(
                features={
                    "#id": tf.constant([f"p{number}", "q"]),
                    "words": tf.constant([[number, 0.0], [-1.0, 1.0]]),
                    "label": tf.constant([10 + number, 0]),
                },
                sizes=[2],
            ),
            "writes": tfgnn.NodeSet.from_fields(features={}, sizes=[number]),
        },
        edge_sets={
            "writes": tfgnn.EdgeSet.from_fields(
                features={},
                sizes=[number],
                adjacency=tfgnn.Adjacency.from_indices(
                    ("writes", tf.range(number)), ("paper", tf.zeros(number, tf.int32))
                ),
            )
        },
    )


def write(path, records):
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def test_heterogeneous_subgraphs_from_files(tmp_path):
    examples = [graph_tensors.write_example(subgraph(number)) for number in range(4)]
    write(tmp_path / "samples-00001-of-00002", examples[2:])
    write(tmp_path / "samples-00000-of-00002", examples[:2])
    graphs = read_examples(str(tmp_path / "samples-*"), HETEROGENEOUS)
    roots = tfgnn.gather_first_node(graphs, "paper", feature_name="label")
    np.testing.assert_array_equal(roots, [10, 11, 12, 13])
    np.testing.assert_array_equal(graphs.context["label"], [0, -1, -2, -3])

    constraints = size_constraints(graphs, 3)
    assert constraints.total_num_nodes == {"paper": 7, "writes": 9}
    assert constraints.min_nodes_per_component == {"paper": 1}
    spec = graph_schemas.merged_spec(graph_schemas.spec_from_schema(HETEROGENEOUS))
    for components, chosen, weights in graph_batches(
        graphs, roots, 3, constraints, seed=0
    ).take(4):
        batch = graph_tensors.unflatten(spec, components)
        real = weights == 1
        words = tfgnn.gather_first_node(batch, "paper", feature_name="words")
        np.testing.assert_array_equal(words[real][:, 0] + 10, chosen[real])
        writers = batch.node_sets["writes"].sizes
        np.testing.assert_array_equal(writers[real] + 10, chosen[real])
        tensors = tensor_layout.plain_tensors(batch)
        ends = tf.gather(tensors["graph_ids"], [tensors["source"], tensors["target"]])
        edges = int(tf.reduce_sum(writers[real]))
        np.testing.assert_array_equal(ends[0, :edges], ends[1, :edges])
        np.testing.assert_array_equal(
            np.bincount(ends[1, :edges], minlength=4)[real], chosen[real] - 10
        )


def test_compressed_files_are_read(tmp_path):
    path = str(tmp_path / "graphs.tfrecord.gz")
    with tf.io.TFRecordWriter(path, options="GZIP") as writer:
        writer.write(graph_tensors.write_example(GRAPHS[4]))
    graphs = read_examples(path, SCHEMA)
    np.testing.assert_array_equal(graphs.node_sets["nodes"].sizes, [6])


def test_long_runs_are_not_gone_through():
    sizes = np.ones(1_000, int)
    sizes[:2] = 100
    arguments = ({"nodes": sizes}, {"edges": sizes}), 2
    loose = size_constraints(*arguments)
    assert loose.total_num_nodes == {"nodes": 201}
    drawn = size_constraints(*arguments, seed=0, num_steps=500)
    assert drawn.total_num_nodes == {"nodes": 102}
    assert size_constraints(*arguments, seed=0, num_steps=10**12) == loose


def changed(change):
    example = tf.train.Example.FromString(graph_tensors.write_example(GRAPHS[0]))
    change(example.features.feature)
    return example.SerializeToString()


@pytest.mark.parametrize(
    ("change", "reason"),
    {
        "no context": (lambda f: f.pop("context/features"), "context/features"),
        "no features": (lambda f: f.pop("nodes/nodes.features"), "'features' per item"),
        "no nodes": (lambda f: f.clear(), ""),
        "half an edge": (
            lambda f: f["edges/edges.#target"].int64_list.value.pop(),
            "'edges' has not one '#target' per item",
        ),
        "other width": (
            lambda f: f["nodes/nodes.features"].float_list.value.pop(),
            "multiple of 2",
        ),
        "foreign node": (
            lambda f: f["edges/edges.#source"].int64_list.value.__setitem__(1, 3),
            "an edge of 'edges' ends in no node of 'nodes'",
        ),
    }.values(),
)
def test_records_that_do_not_fit_the_schema_raise_one_line(tmp_path, change, reason):
    good = graph_tensors.write_example(GRAPHS[4])
    path = write(tmp_path / "a", [good, changed(change)])
    with pytest.raises(
        ValueError, match=f"graphs of the schema.*record 1 of {path}: .*{reason}"
    ) as info:
        read_examples(path, SCHEMA)
    assert "\n" not in str(info.value)
    assert "{{" not in str(info.value)


def test_files_that_hold_no_graphs_raise_one_line(tmp_path):
    with pytest.raises(ValueError, match="must name files.*missing-"):
        read_examples(str(tmp_path / "missing-*"), SCHEMA)
    with pytest.raises(ValueError, match="must hold graphs"):
        read_examples([write(tmp_path / "empty", [])], SCHEMA)
    (tmp_path / "text").write_text("not a file of records at all")
    with pytest.raises(ValueError, match="readable TFRecord.*text: corrupted") as info:
        read_examples(str(tmp_path / "text"), SCHEMA)
    assert "\n" not in str(info.value)


def test_graphs_without_nodes_are_no_records(tmp_path):
    path = write(tmp_path / "a", [b""])
    with pytest.raises(ValueError, match="record 0 of .*: no nodes"):
        read_examples(path, graph_schemas.schema_text(2))
