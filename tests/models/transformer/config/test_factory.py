import keras
import numpy as np
import pytest

from kerazoo.models.transformer import Classifier
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.models.transformer import Transformer
from kerazoo.models.transformer import make_image_classifier
from kerazoo.models.transformer import make_language_model
from kerazoo.models.transformer import make_text_classifier
from kerazoo.models.transformer import make_translator

SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
TOKENS = np.array([[4, 5, 6], [7, 2, 0]])
MAKERS = {
    "translator": (Transformer, lambda *more: make_translator(11, 9, SMALL, *more)),
    "language": (Transformer, lambda *more: make_language_model(11, 9, SMALL, *more)),
    "text": (Classifier, lambda *more: make_text_classifier(11, 9, 3, SMALL, *more)),
    "image": (
        Classifier,
        lambda *more: make_image_classifier((4, 6, 1), 3, SMALL, *more),
    ),
}
BATCHES = {
    "translator": ((TOKENS, TOKENS), TOKENS),
    "language": (TOKENS, TOKENS),
    "text": (TOKENS, np.array([0, 2])),
    "image": (np.ones((2, 4, 6, 1), "float32"), np.array([0, 2])),
}


@pytest.mark.parametrize("name", MAKERS)
def test_model_is_ready_to_learn(name):
    kind, make = MAKERS[name]
    training = TrainingConfig(
        label_smoothing=0.1, averaging="exponential", max_gradient_norm=0
    )
    model = make(training, 10)
    assert type(model) is kind and model.built and model.optimizer.built
    assert model.label_smoothing == 0.1 and model.max_gradient_norm is None
    assert model.average_network is not None
    before = model.network.get_weights()
    assert np.isfinite(float(model.train_step(BATCHES[name])["loss"]))
    moved = [np.abs(a - b).max() for a, b in zip(before, model.network.get_weights())]
    assert max(moved) > 0


def test_only_matrices_decay():
    model = MAKERS["language"][1](TrainingConfig(decoupled_weight_decay=0.1))
    for variable in model.network.trainable_variables:
        decays = model.optimizer._use_weight_decay(variable)
        assert decays == (len(variable.shape) > 1), variable.path


def test_snapshots_have_an_average_that_others_set():
    model = MAKERS["text"][1](TrainingConfig(averaging="snapshots"))
    assert model.external_average and model.average_decay is None
    assert model.average_network is not None


def test_half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = MAKERS["language"][1](TrainingConfig(decoupled_weight_decay=0.1))
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(float(model.train_step(BATCHES["language"])["loss"]))
    vector = model.network.decoder.norm.gamma
    assert not model.optimizer.inner_optimizer._use_weight_decay(vector)
