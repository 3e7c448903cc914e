"""Models of names and sizes."""

import numpy as np
import pytest

from kerazoo.models.diffusion import DiT
from kerazoo.models.diffusion import NetworkConfig
from kerazoo.models.diffusion import NoiseConfig
from kerazoo.models.diffusion import TrainingConfig
from kerazoo.models.diffusion import UNet
from kerazoo.models.diffusion import make_diffusion
from kerazoo.training.weight_average import HalfLifeDecay
from kerazoo.training.weight_average import PowerFunctionDecay

TINY = NetworkConfig(widths=(16,), blocks_per_level=1)


def test_choices_reach_the_model():
    model = make_diffusion(
        (4, 4, 3),
        num_classes=2,
        network=TINY,
        noise=NoiseConfig("linear", parametrization="epsilon", learned_variance=True),
        training=TrainingConfig(label_dropout=0.3, max_gradient_norm=0.0, towers=2),
    )
    assert isinstance(model.network, UNet) and model.network.widths == (16,)
    assert model.network.out_channels == 6
    assert type(model.schedule).__name__ == "LinearSchedule"
    assert isinstance(model.average_decay, HalfLifeDecay)
    assert model.label_dropout == 0.3 and model.towers == 2
    assert model.max_gradient_norm is None
    images = np.zeros((4, 4, 4, 3), "float32")
    loss = model.train_step((images, np.array([0, 1, 0, 1])))["loss"]
    assert np.isfinite(loss)


def test_transformer_and_average_by_a_power_function():
    model = make_diffusion(
        (4, 4, 1),
        network=NetworkConfig("dit", hidden_size=16, num_layers=1, num_heads=2),
        noise=NoiseConfig(zero_terminal_snr=True),
        training=TrainingConfig(average_width=0.05),
    )
    assert isinstance(model.network, DiT)
    assert isinstance(model.average_decay, PowerFunctionDecay)
    assert model.schedule.zero_terminal_snr


@pytest.mark.parametrize("warm_up", [0, 3])
def test_learning_rate_rises_and_then_falls(warm_up):
    config = TrainingConfig(learning_rate=0.01, warm_up_steps=warm_up)
    rate = config.rate_schedule(train_steps=10)
    assert float(rate(warm_up)) == pytest.approx(0.01)
    assert float(rate(10)) == pytest.approx(0)
    halfway = (warm_up + 10) / 2
    assert float(rate(halfway)) == pytest.approx(0.005)
    assert not warm_up or float(rate(1)) < float(rate(2)) < 0.01


def test_number_of_towers_may_change_between_resumptions():
    described = [TrainingConfig(towers=towers).describe() for towers in (1, 2)]
    assert described[0] == described[1] and "towers" not in described[0]


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"network": NetworkConfig("mlp")}, "network=mlp"),
        ({"noise": NoiseConfig("square")}, "schedule=square"),
        ({"noise": NoiseConfig(parametrization="y")}, "parametrization=y"),
        ({"noise": NoiseConfig(weighting="none")}, "weighting=none"),
        ({"noise": NoiseConfig("flow", True)}, "zero_terminal_snr=True, schedule=flow"),
    ],
)
def test_mistakes(arguments, words):
    with pytest.raises(ValueError, match=words):
        make_diffusion((4, 4, 1), **{"network": TINY, **arguments})
