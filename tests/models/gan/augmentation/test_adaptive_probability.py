import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.gan.augmentation import AdaptiveProbability


def test_hand_worked_updates():
    controller = AdaptiveProbability(target=0.6, horizon=1000)
    for probability, overfitting, batch_size, expected in (
        (0.5, 0.7, 100, 0.6),
        (0.5, 0.5, 100, 0.4),
        (0.5, 0.61, 20, 0.52),  # The sign counts, not the distance.
        (0.05, -1.0, 100, 0.0),
        (0.95, 1.0, 100, 1.0),
    ):
        found = controller.update(probability, overfitting, batch_size)
        assert float(found) == pytest.approx(expected, abs=1e-7)


def test_at_the_target_nothing_changes():
    controller = AdaptiveProbability(target=0.5, horizon=1000)
    assert float(controller.update(0.25, 0.5, 100)) == 0.25


def test_horizon_takes_it_from_none_to_all():
    controller = AdaptiveProbability(horizon=6400)
    probability, updates = 0.0, 0
    while probability < 1:
        probability = float(controller.update(probability, 0.9, 64))
        updates += 1
    assert updates in (100, 101)  # By the rounding of the sum.


def test_it_holds_the_target():
    """A discriminator whose overfitting falls with the augmentation, 1 - p."""
    controller = AdaptiveProbability(target=0.6, horizon=10_000)
    probability = 0.0
    for _ in range(300):
        probability = float(controller.update(probability, 1 - probability, 100))
    assert probability == pytest.approx(0.4, abs=0.011)


def test_scalar_tensors():
    controller = AdaptiveProbability(horizon=1000)
    values = ops.convert_to_tensor(0.5), ops.convert_to_tensor(0.7)
    found = controller.update(*values, ops.convert_to_tensor(100, "int32"))
    assert found.shape == ()
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(ops.convert_to_numpy(found), 0.6, rtol=1e-6)


def test_config():
    controller = AdaptiveProbability(target=0.4, horizon=7)
    config = keras.saving.serialize_keras_object(controller)
    again = keras.saving.deserialize_keras_object(config)
    assert isinstance(again, AdaptiveProbability)
    assert again.get_config() == {"target": 0.4, "horizon": 7}


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"between -1 and 1. Received: target=1.5"):
        AdaptiveProbability(target=1.5)
    with pytest.raises(ValueError, match=r"must be positive. Received: horizon=0"):
        AdaptiveProbability(horizon=0)
