import kerazoo.models.gnn  # noqa: F401

# isort: split
import types

import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf
import tensorflow_gnn as tfgnn

from kerazoo.models.gnn import graph_schemas
from kerazoo.models.gnn import graph_tensors
from kerazoo.models.gnn import tensor_layout

KINDS = {  # Of `schema_text`.
    "nodes": {},
    "weighted edges": {"edge_weights": True},
    "all": {"edge_feature_size": 3, "edge_weights": True, "context_feature_size": 4},
}


def graph(
    num_nodes,
    num_edges,
    edge_feature_size=None,
    edge_weights=False,
    context_feature_size=None,
    seed=0,
):
    """A random graph of 2 features per node."""
    random = np.random.default_rng(seed)

    def normal(*shape):
        return random.normal(size=shape).astype("float32")

    return types.SimpleNamespace(
        node_features=normal(num_nodes, 2),
        source=random.integers(0, num_nodes, num_edges).astype("int32"),
        target=random.integers(0, num_nodes, num_edges).astype("int32"),
        edge_features=edge_feature_size and normal(num_edges, edge_feature_size),
        edge_weights=normal(num_edges) if edge_weights else None,
        context_features=context_feature_size and normal(context_feature_size),
    )


def graphs(**kind):
    """Graphs among which are one without edges and one of a single node."""
    sizes = [(3, 5), (1, 0), (4, 0), (1, 2), (6, 7)]
    return [graph(*size, seed=seed, **kind) for seed, size in enumerate(sizes)]


def assert_equal(one, other):
    for pieces in ("node_sets", "edge_sets"):
        assert getattr(one, pieces).keys() == getattr(other, pieces).keys()
    ones, others = (tf.nest.flatten(g, expand_composites=True) for g in (one, other))
    assert len(ones) == len(others)
    for a, b in zip(ones, others):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def heterogeneous():
    """Two components: author 0 wrote papers 0 and 1; author 1 wrote paper 2."""
    return tfgnn.GraphTensor.from_pieces(
        context=tfgnn.Context.from_fields(
            features={"year": tf.constant([7, 8])}, sizes=[1, 1]
        ),
        node_sets={
            "paper": tfgnn.NodeSet.from_fields(
                features={
                    "words": tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
                    "cited": tf.constant([10, 20, 30]),
                    "label": tf.constant([0, 1, 1]),
                    "#id": tf.constant([100, 101, 102]),
                    "title": tf.constant(["a", "b", "c"]),
                },
                sizes=[2, 1],
            ),
            "author": tfgnn.NodeSet.from_fields(features={}, sizes=[1, 1]),
        },
        edge_sets={
            "writes": tfgnn.EdgeSet.from_fields(
                features={"weight": tf.constant([0.5, 0.25, 1.0])},
                sizes=[2, 1],
                adjacency=tfgnn.Adjacency.from_indices(
                    ("author", [0, 0, 1]), ("paper", [0, 1, 2])
                ),
            ),
            "cites": tfgnn.EdgeSet.from_fields(
                features={"weight": tf.constant([2.0])},
                sizes=[1, 0],
                adjacency=tfgnn.Adjacency.from_indices(("paper", [1]), ("paper", [0])),
            ),
        },
    )


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_that_of_the_graphs(kind):
    text = graph_schemas.schema_text(2, **KINDS[kind])
    one = graph_tensors.from_graph(graph(3, 5, **KINDS[kind]))
    tfgnn.check_compatible_with_schema_pb(one, tfgnn.parse_schema(text))
    names = [
        set(piece.features_spec)
        for spec in (graph_schemas.spec_from_schema(text), one.spec)
        for piece in (spec.context_spec, spec.edge_sets_spec["edges"])
    ]
    assert names[:2] == names[2:]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [pytest.param(k, marks=pytest.mark.slow) if k != "all" else k for k in KINDS],
)
def test_merged_spec_is_that_of_parsed_and_merged_examples(kind):
    spec = graph_schemas.spec_from_schema(graph_schemas.schema_text(2, **KINDS[kind]))
    parse = tf.function(lambda serialized: graph_tensors.parse(spec, serialized))
    traced = parse.get_concrete_function(tf.TensorSpec([None], tf.string))
    expected = traced.structured_outputs.spec
    merged = graph_schemas.merged_spec(spec)
    assert tf.nest.flatten(merged, expand_composites=True) == tf.nest.flatten(
        expected, expand_composites=True
    )


@pytest.mark.parametrize("kind", KINDS)
def test_graphs_merge_as_tf_gnn_merges_their_examples(kind):
    several = graphs(**KINDS[kind])
    spec = graph_schemas.spec_from_schema(graph_schemas.schema_text(2, **KINDS[kind]))
    examples = [graph_tensors.write_example(g) for g in several]
    assert_equal(
        graph_tensors.from_graphs(several),
        tfgnn.parse_example(spec, tf.constant(examples)).merge_batch_to_components(),
    )
    for one, example in zip(several, examples):
        assert_equal(
            graph_tensors.from_graph(one), tfgnn.parse_single_example(spec, example)
        )


def test_graph_tensor_and_graph_serialise_alike():
    one = graph(3, 5, **KINDS["all"])
    again = graph_tensors.write_example(graph_tensors.from_graph(one))
    assert tf.train.Example.FromString(again) == tf.train.Example.FromString(
        graph_tensors.write_example(one)
    )


def test_sparse_features_become_dense():
    dense, sparse = graph(5, 4), graph(5, 4)
    dense.node_features[dense.node_features < 0] = 0
    sparse.node_features = scipy.sparse.csr_matrix(dense.node_features)
    assert_equal(
        graph_tensors.from_graphs([sparse, dense]),
        graph_tensors.from_graphs([dense, dense]),
    )


def test_flat_graph_is_rebuilt_where_sizes_are_unknown():
    several = graph_tensors.from_graphs(graphs(**KINDS["all"]))
    spec = graph_schemas.merged_spec(
        graph_schemas.spec_from_schema(graph_schemas.schema_text(2, **KINDS["all"]))
    )
    components = graph_tensors.flatten(several)
    assert all(isinstance(component, tf.Tensor) for component in components)
    rebuild = tf.function(
        lambda *components: graph_tensors.unflatten(spec, components),
        input_signature=tf.nest.flatten(spec, expand_composites=True),
    )
    assert_equal(rebuild(*components), several)


def test_plain_tensors_of_one_kind_of_node():
    several = graphs(**KINDS["all"])
    tensors = tensor_layout.plain_tensors(graph_tensors.from_graphs(several))
    first_node = [0, 3, 4, 8, 9]
    expected = {
        "source": np.concatenate([g.source + n for g, n in zip(several, first_node)]),
        "target": np.concatenate([g.target + n for g, n in zip(several, first_node)]),
        "graph_ids": [0] * 3 + [1] + [2] * 4 + [3] + [4] * 6,
        "num_graphs": 5,
        "node_features": np.concatenate([g.node_features for g in several]),
        "edge_features": np.concatenate([g.edge_features for g in several]),
        "edge_weights": np.concatenate([g.edge_weights for g in several]),
        "context_features": np.stack([g.context_features for g in several]),
    }
    assert tensors.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(tensors[name], value)
        integer = name in ("source", "target", "graph_ids", "num_graphs")
        assert tensors[name].dtype == (tf.int32 if integer else tf.float32)


def test_plain_tensors_have_only_what_the_graphs_have():
    tensors = tensor_layout.plain_tensors(graph_tensors.from_graph(graph(3, 5)))
    assert tensors.keys() == {
        "source",
        "target",
        "graph_ids",
        "num_graphs",
        "node_features",
    }


def test_plain_tensors_of_several_kinds_worked_by_hand():
    tensors = tensor_layout.plain_tensors(heterogeneous())
    # Nodes: authors 0 and 1, papers 2, 3 and 4; edges: that of "cites" comes first.
    expected = {
        "source": [3, 0, 0, 1],
        "target": [2, 2, 3, 4],
        "edge_types": [0, 1, 1, 1],
        "edge_weights": [2.0, 0.5, 0.25, 1.0],
        "graph_ids": [0, 1, 0, 0, 1],
        "num_graphs": 2,
        "context_features": [[7.0], [8.0]],
    }
    assert tensors.keys() == {*expected, "node_features"}
    for name, value in expected.items():
        np.testing.assert_array_equal(tensors[name], value)
    node_features = tensors["node_features"]
    assert node_features.keys() == {"author", "paper"}
    assert node_features["author"].shape == (2, 0)
    # "cited" before "words"; the label, the number and the title are no features.
    np.testing.assert_array_equal(
        node_features["paper"], [[10, 1, 2], [20, 3, 4], [30, 5, 6]]
    )


@pytest.mark.parametrize(("root_set", "roots"), [("author", [0, 1]), ("paper", [2, 4])])
def test_roots_are_the_first_nodes_of_their_set(root_set, roots):
    tensors = tensor_layout.plain_tensors(heterogeneous(), root_set=root_set)
    np.testing.assert_array_equal(tensors["nodes"], roots)


def test_unknown_root_set_raises():
    with pytest.raises(ValueError, match="author, paper. Received: root_set=editor"):
        tensor_layout.plain_tensors(heterogeneous(), root_set="editor")


def test_excluded_features_are_replaced():
    tensors = tensor_layout.plain_tensors(
        heterogeneous(), exclude=("words", "cited", "weight", "year")
    )
    np.testing.assert_array_equal(tensors["node_features"]["paper"], [[0], [1], [1]])
    assert not {"edge_weights", "edge_features", "context_features"} & tensors.keys()


def test_a_weight_that_only_some_edges_have_is_left_out():
    whole = heterogeneous()
    part = whole.replace_features(edge_sets={"cites": {}})
    tensors = tensor_layout.plain_tensors(part)
    assert not {"edge_weights", "edge_features"} & tensors.keys()


def test_static_sizes_stay_static():
    spec = graph_tensors.from_graphs(graphs(**KINDS["all"])).spec

    @tf.function
    def shapes(components):
        tensors = tensor_layout.plain_tensors(graph_tensors.unflatten(spec, components))
        assert all(value.shape.is_fully_defined() for value in tensors.values())
        assert tf.get_static_value(tensors["num_graphs"]) == 5
        assert tensors["graph_ids"].shape == (15,)
        return tensors["num_graphs"]

    components = graph_tensors.flatten(
        graph_tensors.from_graphs(graphs(**KINDS["all"]))
    )
    assert shapes(components) == 5


def test_strings_and_varying_sizes_are_left_out_of_a_spec():
    spec = graph_schemas.spec_from_schema("""
        node_sets {
          key: "page"
          value {
            features { key: "#id" value { dtype: DT_STRING } }
            features { key: "to" value { dtype: DT_INT64 shape { dim { size: -1 } } } }
            features { key: "rank" value { dtype: DT_INT64 } }
          }
        }
        edge_sets { key: "link" value { source: "page" target: "page" } }
    """)
    assert set(spec.node_sets_spec["page"].features_spec) == {"rank"}


@pytest.mark.parametrize("text", ["node_sets { key: 'a'", "", "edge_sets { key: 'a' }"])
def test_texts_that_are_no_schema_raise_one_line(text):
    with pytest.raises(
        ValueError, match="GraphSchema in text format.*Received"
    ) as info:
        graph_schemas.spec_from_schema(text)
    assert "\n" not in str(info.value)


def test_wrong_number_of_tensors_raises():
    several = graph_tensors.from_graphs(graphs())
    with pytest.raises(ValueError, match=r"the 6 tensors.*len\(components\)=2"):
        graph_tensors.unflatten(several.spec, graph_tensors.flatten(several)[:2])


def test_graphs_that_do_not_fit_together_raise():
    with pytest.raises(ValueError, match="must not be empty"):
        graph_tensors.from_graphs([])
    with pytest.raises(ValueError, match="`edge_weights`.*1 of 2 graphs without"):
        graph_tensors.from_graphs([graph(3, 5), graph(3, 5, edge_weights=True)])
    narrow = graph(3, 5)
    narrow.node_features = narrow.node_features[:, :1]
    with pytest.raises(ValueError, match=r"`node_features`.*\[\(1,\), \(2,\)\]"):
        graph_tensors.from_graphs([graph(3, 5), narrow])


def test_edge_features_of_several_sizes_raise():
    uneven = heterogeneous().replace_features(
        edge_sets={"cites": {"x": tf.ones((1, 2))}, "writes": {"x": tf.ones((3, 1))}}
    )
    with pytest.raises(ValueError, match=r"one size.*'cites': 2, 'writes': 1"):
        tensor_layout.plain_tensors(uneven)
