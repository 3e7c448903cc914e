import keras
import numpy as np
import pytest

from kerazoo.layers.graph.pair_normalization import PairNormalization

FEATURES = np.random.default_rng(0).normal(2, 3, (9, 4)).astype("float32")
IDS = np.array([0, 0, 0, 0, 1, 1, 1, 3, 3], "int32")  # Graph 2 has no nodes.


def mean_distance(nodes):
    """Returns the mean square distance of all pairs, also of a node to itself."""
    differences = nodes[:, None] - nodes[None]
    return (differences**2).sum(axis=-1).mean()


def test_distances_of_all_pairs_are_constant():
    outputs = keras.ops.convert_to_numpy(PairNormalization(scale=1.5)(FEATURES))
    assert mean_distance(outputs) == pytest.approx(2 * 1.5**2, rel=1e-4)
    np.testing.assert_allclose(outputs.mean(axis=0), 0, atol=1e-5)
    # All distances keep their ratios.
    ratio = (outputs[0] - outputs[1]) / (FEATURES[0] - FEATURES[1])
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)


def test_each_graph_by_itself():
    layer = PairNormalization()
    outputs = keras.ops.convert_to_numpy(layer(FEATURES, IDS, num_graphs=4))
    for graph in (0, 1, 3):
        alone = keras.ops.convert_to_numpy(layer(FEATURES[graph == IDS]))
        np.testing.assert_allclose(outputs[graph == IDS], alone, atol=1e-5)


def test_single_node_is_finite_and_config_round_trip():
    layer = PairNormalization(scale=2.0, dtype="mixed_bfloat16")
    outputs = layer(FEATURES[:1])
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert not keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32")).any()
    again = PairNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
