"""Truncated latents against scipy, and labels."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import special
from scipy import stats

from kerazoo.models.gan.latents import sample_labels
from kerazoo.models.gan.latents import sample_latents


@pytest.mark.parametrize("bound", [0.1, 0.7, 1.0, 2.5, 6.0])
def test_distribution_is_scipy_s_truncated_normal(bound):
    found = sample_latents(500, 80, seed=3, truncation=bound).numpy()
    assert found.shape == (500, 80) and found.dtype == "float32"
    expected = stats.truncnorm(-bound, bound)
    assert stats.kstest(found.ravel(), expected.cdf).pvalue > 0.01
    assert np.abs(found).max() <= bound * (1 + 1e-5)
    if bound < 2:
        assert np.abs(found).max() > 0.99 * bound


def test_distribution_without_bound_is_normal():
    found = sample_latents(500, 80, seed=4).numpy()
    assert stats.kstest(found.ravel(), stats.norm.cdf).pvalue > 0.01
    assert 3.5 < np.abs(found).max() < 6
    # A bound that no number reaches makes no difference: the serving's "no bound".
    np.testing.assert_array_equal(sample_latents(500, 80, 4, truncation=100.0), found)


def test_numbers_of_a_latent_and_of_seeds_are_independent():
    one, other = (sample_latents(4_000, 2, seed).numpy() for seed in (0, 1))
    columns = np.concatenate([one, other], axis=1)
    correlations = np.corrcoef(columns.T)[~np.eye(4, dtype=bool)]
    assert np.abs(correlations).max() < 4 / math.sqrt(4_000)


def test_equal_seeds_give_equal_latents_in_python_and_in_a_graph():
    graph = tf.function(sample_latents)
    for truncation in (None, 0.5):
        found = sample_latents(3, 4, 7, truncation)
        np.testing.assert_array_equal(sample_latents(3, 4, 7, truncation), found)
        bound = truncation if truncation is None else tf.constant(truncation)
        again = graph(tf.constant(3), 4, tf.constant(7), bound)
        np.testing.assert_allclose(again, found, rtol=1e-6)
        assert (sample_latents(3, 4, 8, truncation).numpy() != found.numpy()).all()


def test_latents_move_smoothly_with_the_bound():
    whole = sample_latents(50, 10, 0).numpy().astype("float64")
    uniform = special.erf(whole / math.sqrt(2))
    for bound in (0.3, 1.5):
        share = uniform * special.erf(bound / math.sqrt(2))
        expected = math.sqrt(2) * special.erfinv(share)
        found = sample_latents(50, 10, 0, bound)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_ends_are_finite(monkeypatch):
    ends = tf.constant([[-1.0, 1.0]])
    monkeypatch.setattr(tf.random, "stateless_uniform", lambda *_, **__: ends)
    low, high = sample_latents(1, 2, 0).numpy()[0]
    assert 5 < high < 6 and low == -high
    np.testing.assert_allclose(sample_latents(1, 2, 0, 0.7), [[-0.7, 0.7]], rtol=1e-5)


@pytest.mark.parametrize("truncation", [0, -0.5, math.nan])
def test_bound_that_is_not_positive_raises(truncation):
    with pytest.raises(
        ValueError, match=f"positive. Received: truncation={truncation}"
    ):
        sample_latents(1, 2, 0, truncation)


def test_given_labels_stay_and_others_are_drawn_evenly():
    labels = np.full(6_000, -1, "int32")
    labels[::2] = np.arange(3_000) % 4
    found = sample_labels(tf.constant(labels), 4, seed=5).numpy()
    assert found.dtype == "int32"
    np.testing.assert_array_equal(found[::2], labels[::2])
    counts = np.bincount(found[1::2], minlength=4)
    assert len(counts) == 4
    assert stats.chisquare(counts).pvalue > 0.01


def test_equal_seeds_give_equal_labels():
    labels = tf.fill([200], -1)
    found = sample_labels(labels, 10, 5).numpy()
    np.testing.assert_array_equal(sample_labels(labels, 10, tf.constant(5)), found)
    assert (sample_labels(labels, 10, 6).numpy() == found).mean() < 0.2


def test_labels_say_nothing_about_latents_of_the_same_seed():
    # So many that labels made of the bits of the latents would be their order.
    labels = sample_labels(tf.fill([4_000], -1), 2**23, seed=9).numpy()
    latents = sample_latents(4_000, 1, seed=9).numpy()[:, 0]
    assert abs(stats.spearmanr(labels, latents).statistic) < 4 / math.sqrt(4_000)
