import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.layers.graph import segment_ops

IDS = np.array([3, 0, 3, 1, 0, 3], "int32")  # Segments 2 and 4 are empty.
REDUCTIONS = {"segment_sum": np.sum, "segment_mean": np.mean, "segment_max": np.max}


def data(shape):
    return np.random.default_rng(0).normal(size=(6, *shape)).astype("float32") - 3


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_are_numpys_on_each_segment_and_0_on_empty_ones(name, shape):
    values = data(shape)
    expected = np.zeros((5, *shape))
    for segment in (0, 1, 3):
        expected[segment] = REDUCTIONS[name](values[segment == IDS], axis=0)
    result = getattr(segment_ops, name)(ops.array(values), ops.array(IDS), 5)
    np.testing.assert_allclose(ops.convert_to_numpy(result), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(), (4,)])
def test_softmax_is_the_softmax_of_each_segment(shape):
    scores = data(shape)
    result = segment_ops.segment_softmax(ops.array(scores), ops.array(IDS), 5)
    for segment in (0, 1, 3):
        exponential = np.exp(scores[segment == IDS])
        np.testing.assert_allclose(
            ops.convert_to_numpy(result)[segment == IDS],
            exponential / exponential.sum(axis=0),
            rtol=1e-5,
        )


def test_softmax_of_large_scores():
    scores = ops.array([1e30, -1e30, 500.0, 501.0])
    result = segment_ops.segment_softmax(scores, ops.array([0, 0, 2, 2]), 3)
    expected = [1, 0, 1 / (1 + np.e), np.e / (1 + np.e)]
    np.testing.assert_allclose(ops.convert_to_numpy(result), expected, rtol=1e-5)


def test_softmax_gradient_is_that_of_the_softmax(gradients):
    scores = np.array([0.5, -1.0, 2.0], "float32")
    softmax = np.exp(scores) / np.exp(scores).sum()
    # d/ds_k of sum_i p_i^2 is 2 p_k (p_k - sum_i p_i^2).
    expected = 2 * softmax * (softmax - (softmax**2).sum())
    (gradient,) = gradients(
        keras.layers.Layer(),
        lambda s: segment_ops.segment_softmax(s, ops.array([1, 1, 1]), 3),
        scores,
    )
    np.testing.assert_allclose(gradient, expected, rtol=1e-4)


@pytest.mark.parametrize("name", [*REDUCTIONS, "segment_softmax"])
def test_no_data(name, gradients):
    function = getattr(segment_ops, name)
    ids = ops.zeros((0,), "int32")
    result = ops.convert_to_numpy(function(ops.zeros((0, 4)), ids, 3))
    assert result.shape == ((0, 4) if name == "segment_softmax" else (3, 4))
    assert not result.any()
    (gradient,) = gradients(
        keras.layers.Layer(), lambda x: function(x, ids, 3), np.zeros((0, 4), "float32")
    )
    assert gradient.shape == (0, 4)


@pytest.mark.parametrize("name", [*REDUCTIONS, "segment_softmax"])
def test_gradients_are_finite_with_empty_segments_and_ties(name, gradients):
    function = getattr(segment_ops, name)
    (gradient,) = gradients(
        keras.layers.Layer(),
        lambda x: function(x, ops.array(IDS), 5),
        np.ones((6, 2), "float32"),
    )
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", [*REDUCTIONS, "segment_softmax"])
def test_bfloat16_is_summed_in_float32(name):
    # A sum of ones in bfloat16 would stop at 256.
    ones = ops.ones((1000,), "bfloat16")
    ids = ops.zeros((1000,), "int32")
    result = getattr(segment_ops, name)(ones, ids, 1)
    assert keras.backend.standardize_dtype(result.dtype) == "bfloat16"
    first = float(ops.convert_to_numpy(ops.cast(result, "float32"))[0])
    expected = {"segment_sum": 1000, "segment_softmax": 1e-3}.get(name, 1)
    assert first == pytest.approx(expected, rel=5e-3)
