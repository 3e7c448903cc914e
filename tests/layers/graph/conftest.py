"""A small graph with everything that goes wrong, and gradients on any backend."""

import types

import keras
import numpy as np
import pytest


@pytest.fixture
def graph():
    """Directed graph: node 6 is isolated, 2 has a self-loop, 0 -> 1 is there twice.

    `adjacency` and `counts` are dense matrices of entries [target, source]: the sums of
    the edges' weights, and of ones.
    """
    random = np.random.default_rng(0)
    source = np.array([0, 0, 1, 2, 3, 4, 5, 2, 5, 3], "int32")
    target = np.array([1, 1, 2, 2, 0, 3, 4, 5, 1, 5], "int32")
    edges, nodes = len(source), 7
    weights = random.uniform(0.5, 2, edges).astype("float32")
    adjacency, counts = np.zeros((nodes, nodes)), np.zeros((nodes, nodes))
    np.add.at(adjacency, (target, source), weights)
    np.add.at(counts, (target, source), 1)
    return types.SimpleNamespace(
        num_nodes=nodes,
        node_features=random.normal(size=(nodes, 6)).astype("float32"),
        initial_features=random.normal(size=(nodes, 6)).astype("float32"),
        source=source,
        target=target,
        edge_weights=weights,
        edge_features=random.normal(size=(edges, 3)).astype("float32"),
        edge_types=random.integers(0, 4, edges).astype("int32"),
        adjacency=adjacency,
        counts=counts,
    )


@pytest.fixture
def randomise():
    """Function that gives every weight of a layer, biases too, a random value."""

    def function(layer, seed=1):
        random = np.random.default_rng(seed)
        # Positive and not far from 1: some of them are variances.
        layer.set_weights(
            [
                random.uniform(0.3, 0.9, w.shape) * random.choice([1, -1], w.shape)
                if "variance" not in v.path
                else random.uniform(0.5, 2, w.shape)
                for v, w in zip(layer.weights, layer.get_weights())
            ]
        )
        return layer

    return function


@pytest.fixture
def gradients():
    """Function of a layer, a function of float arrays and such arrays.

    Returns the gradients of the function's sum of squares by the layer's trainable
    weights, then by the arrays.
    """
    return {
        "tensorflow": _tensorflow_gradients,
        "jax": _jax_gradients,
        "torch": _torch_gradients,
    }[keras.backend.backend()]


def _loss(outputs):
    return keras.ops.sum(keras.ops.square(outputs))


def _tensorflow_gradients(layer, function, *inputs):
    import tensorflow as tf

    inputs = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = _loss(function(*inputs))
    sources = [v.value for v in layer.trainable_variables] + inputs
    return [tf.convert_to_tensor(g).numpy() for g in tape.gradient(loss, sources)]


def _jax_gradients(layer, function, *inputs):
    import jax

    variables = layer.trainable_variables

    def loss(weights, inputs):
        with keras.StatelessScope(list(zip(variables, weights))):
            return _loss(function(*inputs))

    weights = [variable.value for variable in variables]
    gradient = jax.jit(jax.grad(loss, (0, 1)))
    by_weights, by_inputs = gradient(weights, list(inputs))
    return [np.asarray(g) for g in [*by_weights, *by_inputs]]


def _torch_gradients(layer, function, *inputs):
    import torch

    inputs = [torch.tensor(x, requires_grad=True) for x in inputs]
    layer.zero_grad()
    _loss(function(*inputs)).backward()
    sources = [v.value for v in layer.trainable_variables] + inputs
    return [s.grad.detach().numpy() for s in sources]
