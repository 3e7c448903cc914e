"""Losses of scores of nodes as seeds, by hand."""

import keras
import numpy as np
from scipy import special

from kerazoo.models.gnn.seed_losses import gain_deviance
from kerazoo.models.gnn.seed_losses import seed_loss


def numbers(x):
    return keras.ops.convert_to_numpy(x)


def test_deviance_is_that_of_poisson_counts():
    gains, scores = np.array([0.0, 1.0, 3.0], "float32"), np.log([0.5, 1.0, 2.0])
    found = numbers(gain_deviance(gains, scores.astype("float32")))
    by_hand = [0.5, 0, 3 * np.log(3 / 2) - 3 + 2]
    np.testing.assert_allclose(found, by_hand, atol=1e-5)


def test_loss_of_two_graphs():
    gains = np.array([[2.0, 1.0, 9.0], [0.5, 4.0, 3.0]], "float32")
    weights = np.array([[0.5, 0.5, 0], [0.25, 0.25, 0.25]], "float32")
    scores = np.log([[1.5, 1.6, 9], [1, 2, 2]]).astype("float32")
    targets = np.stack([gains, weights], axis=-1)
    found = numbers(seed_loss(targets, scores.ravel()))
    deviances = numbers(gain_deviance(gains, scores)) * weights
    first = special.softmax(20 * scores[0, :2]) @ gains[0, :2] / 2
    second = special.softmax(20 * scores[1]) @ gains[1] / 4
    by_hand = [
        deviances[0, :2].sum() / 2 + 1 - first,
        deviances[1].sum() / 3 + 1 - second,
    ]
    np.testing.assert_allclose(found, by_hand, rtol=1e-4)
    # The best node far above all others has no regret.
    best = np.array([[-40.0, -40.0, -40.0], [-40, 40, -40]], "float32")
    best[0, 0] = np.log(2.0)
    regret = numbers(seed_loss(targets, best.ravel()))[0] - (
        numbers(gain_deviance(gains, best))[0, :2].sum() / 2 / 2
    )
    assert abs(regret) < 1e-4
