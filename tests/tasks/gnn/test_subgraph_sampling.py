"""From tables to samples by Beam, and from samples to a model."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_gnn as tfgnn

import kerazoo
from kerazoo.data.graphs.example_folder import find_examples
from kerazoo.data.graphs.hetero_sampler import HeteroSampler
from kerazoo.data.graphs.hetero_tables import hetero_node_tables
from kerazoo.data.graphs.sampling_plan import make_plan
from kerazoo.models.gnn import EncoderConfig
from kerazoo.models.gnn.record_shards import Shard
from kerazoo.models.gnn.record_shards import open_records
from kerazoo.models.gnn.record_shards import ordered_records
from kerazoo.models.gnn.root_examples import RootExamples
from kerazoo.prediction.sample_inputs import read_samples
from kerazoo.tasks.gnn import RootNodeClassification
from kerazoo.tasks.gnn.subgraph_sampling import sample_tables
from kerazoo.training import Schedule
from tests.data.graphs.hetero_files import write_hetero_tables

FANOUTS = (2, 1)
PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return write_hetero_tables(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def samples(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "samples"
    counts = sample_tables(make_plan(tables, FANOUTS, seed=3), folder, num_shards=2)
    assert sum(counts.values()) == 7
    return folder


@pytest.fixture(scope="module")
def roots(samples):
    folder = find_examples(samples)
    names = folder.notes["class_names"]
    return RootExamples(folder.schema, folder.files, class_names=names)


def test_samples_are_those_of_the_sampler_in_memory(tables, samples):
    """Node by node and edge by edge, with the features of the tables."""
    data = hetero_node_tables(tables)
    sampler = HeteroSampler(
        data.graph, "paper", FANOUTS, seed=3, node_names=data.node_names
    )
    schema = tfgnn.parse_schema((samples / "schema.pbtxt").read_text())
    assert list(schema.info.root_set) == ["paper"]
    spec = tfgnn.create_graph_spec_from_schema_pb(schema)
    ages = data.graph.node_sets["paper"].toarray()[:, 512]
    seen = []
    for path in samples.glob("*.tfrecord"):
        for record in tf.data.TFRecordDataset(str(path)):
            graph = tfgnn.parse_single_example(spec, record)
            papers = graph.node_sets["paper"]
            features = papers["features"].numpy()
            root = int(np.flatnonzero(ages == features[0, 512])[0])
            seen.append(root)
            expected = sampler.sample(np.array([root]), np.array([0]))
            assert papers["label"].numpy().tolist() == [
                data.labels[root],
                *[-1] * (len(features) - 1),
            ]
            assert sorted(features[:, 512]) == sorted(ages[expected.nodes["paper"]])
            for name, piece in expected.graph.edge_sets.items():
                found = graph.edge_sets[name].adjacency
                assert len(found.source) == len(piece.source)
            cites = graph.edge_sets["paper_cites_paper"]
            pairs = [
                (features[s, 512], features[t, 512], w)
                for s, t, w in zip(
                    cites.adjacency.source.numpy(),
                    cites.adjacency.target.numpy(),
                    cites["weight"].numpy(),
                )
            ]
            rows = expected.edges["paper_cites_paper"]
            whole = data.graph.edge_sets["paper_cites_paper"]
            assert sorted(pairs) == sorted(
                zip(
                    ages[whole.source[rows]],
                    ages[whole.target[rows]],
                    whole.weights[rows],
                )
            )
    assert sorted(seen) == list(range(7))  # All papers with a label, once each.


@pytest.mark.slow
def test_the_same_plan_writes_the_same_files(tables, samples, tmp_path):
    sample_tables(make_plan(tables, FANOUTS, seed=3), tmp_path / "b", num_shards=2)
    for path in samples.iterdir():
        assert (tmp_path / "b" / path.name).read_bytes() == path.read_bytes()
    with pytest.raises(FileExistsError, match="`output_dir` must be a new folder"):
        sample_tables(make_plan(tables, FANOUTS, seed=3), tmp_path / "b")


@pytest.fixture(scope="module")
def shards(samples):
    """The files to train on, of which each record has a number as its label."""
    paths = sorted(samples.glob("train*.tfrecord"))
    counts = [sum(1 for _ in open_records(str(path))) for path in paths]
    labels, found = iter(range(99)), []
    for path, count in zip(paths, counts):
        numbers = [next(labels) for _ in range(count)]
        found.append(Shard(str(path), np.arange(count), np.array(numbers)))
    return found


def labels_of(shards, seed, start, count):
    records = itertools.islice(ordered_records(shards, seed, start), count)
    return [label for _, label in records]


def test_records_go_on_where_they_ended(shards):
    total = sum(len(shard.records) for shard in shards)
    whole = labels_of(shards, 5, 0, 3 * total)
    for start in range(2 * total):
        assert labels_of(shards, 5, start, total) == whole[start : start + total]
    epochs = [whole[i * total : (i + 1) * total] for i in range(3)]
    assert all(sorted(epoch) == list(range(total)) for epoch in epochs)
    assert len(set(map(tuple, epochs))) > 1
    assert labels_of(shards, 6, 0, 3 * total) != whole


def test_files_stay_together_and_others_are_left_out(shards):
    first = Shard(shards[0].path, np.arange(1), np.array([7]))
    second = shards[1].labels.tolist()
    found = labels_of([first, shards[1]], 0, 0, 2 * (1 + len(second)))
    assert sorted(found) == sorted([7, *second] * 2)
    content = list(open_records(first.path).as_numpy_iterator())
    assert first.read() == content[:1]


@pytest.mark.slow
def test_a_batch_has_subgraphs_and_their_labels(roots):
    """The second of two readers gets the second batch, as it is alone."""
    batches = roots.batches("train", 2, 0, start_step=1, num_shards=2, shard_index=1)
    inputs, labels, weights = next(iter(batches))
    records = list(itertools.islice(ordered_records(roots._parts["train"], 0, 6), 2))
    assert labels.numpy().tolist() == [label for _, label in records]
    assert weights.numpy().tolist() == [1, 1]
    expected = roots.inputs(tf.constant([record for record, _ in records]))
    tf.nest.map_structure(np.testing.assert_array_equal, inputs, expected)
    parts = [sum(len(found) for _, found in roots.once(part, 2)) for part in PARTS]
    assert parts == [roots.size(part) for part in PARTS]


def test_records_without_parts_are_split(samples, roots):
    folder = find_examples(samples)
    files = [path for paths in folder.files.values() for path in paths]
    found = RootExamples(folder.schema, {"": files}, seed=2)
    assert sum(map(found.size, PARTS)) == 7
    assert found.class_names == ["0", "1"] and roots.class_names == ["bio", "cs"]
    again = RootExamples(folder.schema, {"": files}, seed=2)
    assert found.labels("train").tolist() == again.labels("train").tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"node_set": "town"}, "`node_set` must be one of author, paper, venue"),
        ({"label": "no"}, "must have a feature 'no' of paper or of the context"),
        ({"label": "features"}, "`target_column` must be a feature of integers"),
        ({"class_names": ["a"]}, "Labels must be from 0 to 0, .*Received: 1"),
    ],
)
def test_wrong_names_raise(samples, arguments, said):
    folder = find_examples(samples)
    with pytest.raises(ValueError, match=said):
        RootExamples(folder.schema, folder.files, **arguments)


def test_wrong_files_raise(samples, tmp_path):
    folder = find_examples(samples)
    path = tmp_path / "train.tfrecord"
    path.write_bytes(b"these are no records")
    with pytest.raises(ValueError, match="train.tfrecord must be a TFRecord file"):
        RootExamples(folder.schema, {"train": [path], "test": [path]})
    with pytest.raises(ValueError, match="train.tfrecord must be a TFRecord file"):
        read_samples(path)
    with pytest.raises(FileNotFoundError, match="Expected a graph schema"):
        find_examples(tmp_path)
    (tmp_path / "schema.pbtxt").write_text(folder.schema)
    with pytest.raises(ValueError, match="expected files test"):
        find_examples(tmp_path)


@pytest.mark.slow
def test_a_table_with_edges_to_nowhere_raises_in_one_line(tmp_path, caplog):
    write_hetero_tables(tmp_path)
    (tmp_path / "edges_paper_in_venue.csv").write_text("source,target\np0,v9\n")
    with pytest.raises(ValueError, match=r"end in nodes that nodes_venue.csv .*'v9'$"):
        sample_tables(make_plan(tmp_path, (1,), seed=3), tmp_path / "samples", 1)
    assert "Traceback" not in caplog.text  # Beam's workers log what they raise.
    with pytest.raises(ValueError, match="`fanouts` must be positive"):
        make_plan(tmp_path, (0,))


@pytest.mark.slow
def test_a_run_on_samples_and_its_export(samples, tmp_path):
    task = RootNodeClassification(
        samples, batch_size=2, encoder=EncoderConfig("sage", 4, 1)
    )
    result = kerazoo.run(
        task, tmp_path / "run", Schedule(2, 2), export_dir=tmp_path / "model"
    )
    assert {"test_accuracy", "score"} <= result.keys()
    assert "3 sets of nodes and 3 of edges; 2 classes" in task.describe_data()
    version = tmp_path / "model" / "1"
    metadata = json.loads((version / "assets.extra" / "kerazoo.json").read_text())
    assert metadata["inputs"]["roots"] and metadata["inputs"]["fanouts"] == [2, 1]
    records = list(read_samples(samples).rows)
    assert len(records) == 7 and records[0].item.startswith(b"\x0a")
    examples = tf.constant([row.item for row in records])
    served = tf.saved_model.load(str(version)).signatures["serving_default"]
    found = served(examples=examples)["probabilities"].numpy()
    expected = tf.nn.softmax(task.model(task.roots.inputs(examples))).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
