import keras
import numpy as np
import pytest

from kerazoo.layers.graph.rgcn_conv import RGCNConv


def relation_kernels(layer):
    kernels = keras.ops.convert_to_numpy(layer.kernels)
    if layer.num_bases is None:
        return kernels
    coefficients = keras.ops.convert_to_numpy(layer.coefficients)
    return np.einsum("rb,bdu->rdu", coefficients, kernels)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("aggregator", ["mean", "sum"])
@pytest.mark.parametrize("num_bases", [None, 2])
def test_equation(graph, randomise, num_bases, aggregator, weighted):
    layer = RGCNConv(3, num_relations=4, num_bases=num_bases, aggregator=aggregator)
    layer.build(graph.node_features.shape)
    randomise(layer)
    expected = graph.node_features @ keras.ops.convert_to_numpy(layer.self_kernel)
    for relation, kernel in enumerate(relation_kernels(layer)):
        of_type = graph.edge_types == relation
        weights = graph.edge_weights if weighted else np.ones(len(graph.source))
        matrix = np.zeros((7, 7))
        np.add.at(
            matrix, (graph.target[of_type], graph.source[of_type]), weights[of_type]
        )
        if aggregator == "mean":
            matrix /= np.maximum(matrix.sum(axis=1, keepdims=True), 1e-9)
        expected = expected + matrix @ graph.node_features @ kernel
    expected = expected + keras.ops.convert_to_numpy(layer.bias)
    outputs = layer(
        graph.node_features,
        graph.source,
        graph.target,
        graph.edge_types,
        graph.edge_weights if weighted else None,
    )
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), expected, atol=1e-5)


def test_kernels_start_different_and_as_wide_as_one_matrix_alone():
    layer = RGCNConv(50, num_relations=3)
    layer.build((None, 70))
    kernels = keras.ops.convert_to_numpy(layer.kernels)
    assert np.abs(kernels[0] - kernels[1]).mean() > 0.01
    # Glorot's uniform distribution of a 70 x 50 matrix has variance 2 / (70 + 50).
    np.testing.assert_allclose(kernels.var(axis=(1, 2)), 2 / 120, rtol=0.1)


def test_kernels_of_a_seeded_initializer_differ_and_are_the_same_again():
    def kernels():
        initializer = keras.initializers.GlorotUniform(seed=7)
        layer = RGCNConv(5, num_relations=3, kernel_initializer=initializer)
        layer.build((None, 6))
        one, three = map(keras.ops.convert_to_numpy, (layer.self_kernel, layer.kernels))
        return np.array([one, *three])

    drawn = kernels()
    assert len(np.unique(drawn, axis=0)) == 4
    np.testing.assert_array_equal(drawn, kernels())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_relations": 0}, "`num_relations` must be.*num_relations=0"),
        ({"num_relations": 2, "num_bases": 0}, "`num_bases` must be.*num_bases=0"),
        ({"num_relations": 2, "aggregator": "max"}, "one of mean, sum.*=max"),
    ],
)
def test_wrong_arguments_raise(arguments, message):
    with pytest.raises(ValueError, match=message):
        RGCNConv(4, **arguments)
