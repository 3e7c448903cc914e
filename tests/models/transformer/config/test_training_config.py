import keras
import numpy as np
import pytest

from kerazoo.models.transformer import InverseSquareRoot
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.models.transformer import WarmupStableDecay
from kerazoo.models.transformer import make_text_classifier
from kerazoo.training import HalfLifeDecay


def rates(name, steps=20, warm_up=4):
    """Returns the learning rates of all steps."""
    config = TrainingConfig(
        rate_schedule=name, learning_rate=0.5, warm_up_steps=warm_up
    )
    schedule = config.rate(steps)
    return schedule, np.array([float(schedule(step)) for step in range(steps)])


def test_cosine():
    schedule, found = rates("cosine")
    assert isinstance(schedule, keras.optimizers.schedules.CosineDecay)
    np.testing.assert_allclose(found[0], 0.125, rtol=1e-5)
    np.testing.assert_allclose(found[4], 0.5, rtol=1e-5)
    angles = np.pi * np.arange(16) / 16
    np.testing.assert_allclose(found[4:], 0.25 * (1 + np.cos(angles)), rtol=1e-4)
    np.testing.assert_allclose(rates("cosine", warm_up=0)[1][0], 0.5)


def test_constant():
    schedule, found = rates("constant")
    assert isinstance(schedule, WarmupStableDecay)
    np.testing.assert_allclose(found[:4], [0.125, 0.25, 0.375, 0.5])
    assert (found[4:] == 0.5).all()


def test_inverse_square_root():
    schedule, found = rates("inverse_square_root")
    assert isinstance(schedule, InverseSquareRoot)
    np.testing.assert_allclose(found[15], 0.5 * np.sqrt(4 / 16), rtol=1e-5)


def test_warm_up_stable_decay_falls_in_the_last_fifth():
    _, found = rates("warm_up_stable_decay")
    assert (found[3:16] == 0.5).all() and (np.diff(found[16:]) < 0).all()
    # No fall where all steps are those of the rise.
    _, short = rates("warm_up_stable_decay", steps=3, warm_up=100)
    assert (np.diff(short) > 0).all()


def test_optimizer():
    config = TrainingConfig(decoupled_weight_decay=0.3, adam_beta_2=0.9)
    optimizer = config.optimizer(10)
    assert isinstance(optimizer, keras.optimizers.AdamW)
    assert (optimizer.weight_decay, optimizer.beta_2) == (0.3, 0.9)


def test_muon_takes_orthogonal_steps_within_the_network_only():
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    training = TrainingConfig(
        update_rule="muon",
        learning_rate=0.01,
        rate_schedule="constant",
        warm_up_steps=0,
    )
    model = make_text_classifier(50, 8, 3, network, training)
    before = {v.path: v.numpy() for v in model.network.trainable_variables}
    random = np.random.default_rng(0)
    variables = model.network.trainable_variables
    gradients = [random.normal(size=v.shape).astype("float32") for v in variables]
    model.optimizer.apply(gradients, variables)
    orthogonal = 0
    for variable, gradient in zip(variables, gradients):
        step = before[variable.path] - variable.numpy()
        if "/block_0/" in variable.path and step.ndim == 2:
            scale = 0.01 * 0.2 * np.sqrt(max(step.shape))
            values = np.linalg.svd(step, compute_uv=False) / scale
            assert values.min() > 0.5 and values.max() < 1.3
            orthogonal += 1
        else:  # Adam's first step.
            np.testing.assert_allclose(step, 0.01 * np.sign(gradient), rtol=1e-2)
    assert orthogonal == 4


def test_averages():
    assert TrainingConfig().average_decay() is None
    decay = TrainingConfig(averaging="exponential", average_half_life=7).average_decay()
    assert isinstance(decay, HalfLifeDecay) and decay.half_life == 7
    snapshots = TrainingConfig(averaging="snapshots")
    assert snapshots.average_decay() is None and snapshots.takes_snapshots
    assert not TrainingConfig(averaging="exponential").takes_snapshots


def test_mistakes_raise():
    with pytest.raises(ValueError, match="constant, .*Received: rate_schedule=linear"):
        TrainingConfig(rate_schedule="linear")
    with pytest.raises(ValueError, match="adamw, muon. Received: update_rule=sgd"):
        TrainingConfig(update_rule="sgd")
    rates = [(keras.Variable([1.0]), 0.5, 0)]
    with pytest.raises(ValueError, match="must be adamw where weights have their"):
        TrainingConfig(update_rule="muon").optimizer(10, rates)
    with pytest.raises(ValueError, match="none, .*Received: averaging=mean"):
        TrainingConfig(averaging="mean")
