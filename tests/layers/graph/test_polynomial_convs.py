"""Convolutions by polynomials of the adjacency, against powers of dense matrices."""

import keras
import numpy as np
import pytest
from numpy.polynomial import chebyshev

from kerazoo import layers

WITH_LOOPS = {"SGConv", "SSGConv"}


def dense_matrix(graph, name, normalize):
    matrix = graph.adjacency
    if not normalize:
        return matrix
    if name in WITH_LOOPS:
        matrix = matrix + np.eye(7)
    degrees = matrix.sum(axis=1)
    scale = np.where(degrees > 0, np.maximum(degrees, 1e-9) ** -0.5, 0)
    return scale[:, None] * matrix * scale


def power(matrix, k):
    return np.linalg.matrix_power(matrix, k)


def polynomial(matrix, coefficients):
    """Returns the Chebyshev series of minus a matrix, by its monomials."""
    monomials = chebyshev.cheb2poly(coefficients)
    return sum(c * power(-matrix, k) for k, c in enumerate(monomials))


def expected_outputs(layer, matrix, x):
    w = {v.name: keras.ops.convert_to_numpy(v) for v in layer.weights}
    steps, name = layer.num_steps, type(layer).__name__
    if name == "SGConv":
        return power(matrix, steps) @ x @ w["kernel"]
    if name == "SSGConv":
        powers = sum(power(matrix, k) @ x for k in range(1, steps + 1)) / steps
        return (0.8 * powers + 0.2 * x) @ w["kernel"]
    each = range(steps + 1)
    if name == "TAGConv":
        return sum(power(matrix, k) @ x @ w[f"kernel_{k}"] for k in each)
    if name == "ChebyshevConv":
        series = np.eye(steps + 1)
        return sum(polynomial(matrix, series[k]) @ x @ w[f"kernel_{k}"] for k in each)
    total = 0
    for stack in range(2):
        skip = x @ w[f"skip_{stack}"]
        state = np.tanh(matrix @ x @ w[f"first_{stack}"] + skip)
        for _ in range(steps - 1):
            state = np.tanh(matrix @ state @ w[f"step_{stack}"] + skip)
        total = total + state / 2
    return total


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (layers.SGConv, {}),
        (layers.SSGConv, {"alpha": 0.2}),
        (layers.TAGConv, {}),
        (layers.ChebyshevConv, {}),
        (layers.ARMAConv, {"num_stacks": 2, "step_activation": "tanh"}),
    ],
)
def test_equation(graph, randomise, kind, arguments, steps, normalize):
    layer = kind(4, num_steps=steps, normalize=normalize, **arguments)
    layer.build(graph.node_features.shape)
    randomise(layer)
    matrix = dense_matrix(graph, kind.__name__, normalize)
    expected = expected_outputs(layer, matrix, graph.node_features)
    expected = expected + keras.ops.convert_to_numpy(layer.bias)
    found = layer(graph.node_features, graph.source, graph.target, graph.edge_weights)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(found) / scale, expected / scale, atol=1e-5
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.SGConv(4, 0), "`num_steps` must be positive.*num_steps=0"),
        (lambda: layers.SSGConv(4, alpha=2), "`alpha` must be from 0 to 1.*alpha=2"),
        (lambda: layers.ARMAConv(4, num_stacks=0), "`num_stacks` must.*num_stacks=0"),
        (lambda: layers.TAGConv(0), "`units` must be positive.*units=0"),
    ],
)
def test_wrong_arguments_raise(make, message):
    with pytest.raises(ValueError, match=message):
        make()
