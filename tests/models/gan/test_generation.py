"""Examples of seeds and of latents."""

import numpy as np
import pytest

from kerazoo.models.gan.generation import generate
from kerazoo.models.gan.generation import generate_from
from kerazoo.models.gan.latents import sample_labels
from kerazoo.models.gan.latents import sample_latents
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.gan.tiny_gan import tiny_gan


def test_examples_are_the_generator_s_of_the_seed_s_latents():
    model = tiny_gan()
    for truncation in (None, 0.3):
        latents = sample_latents(5, 4, 7, truncation)
        expected = model.generator(latents).numpy()
        found = generate(model, 5, 7, truncation=truncation)
        assert found.shape == (5, 2, 3, 1)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(generate_from(model, latents), expected)


def test_examples_are_of_their_labels_and_random_ones():
    model = tiny_gan(num_classes=3)
    asked = np.array([2, -1, 0, -1, -1], "int32")
    labels = sample_labels(asked, 3, 7)
    expected = model.generator([sample_latents(5, 4, 7), labels])
    np.testing.assert_array_equal(generate(model, 5, 7, asked), expected)
    others = generate(model, 5, 7, (labels + 1) % 3)
    assert (np.abs(others - expected).max(axis=(1, 2, 3)) > 1e-3).all()


def test_the_average_makes_the_examples_unless_told_otherwise():
    model = tiny_gan(average_decay=HalfLifeDecay(10))
    before = generate(model, 4, 0).numpy()
    model.generator.set_weights([w + 0.5 for w in model.generator.get_weights()])
    np.testing.assert_array_equal(generate(model, 4, 0), before)
    np.testing.assert_array_equal(generate(model, 4, 0, average=True), before)
    assert (generate(model, 4, 0, average=False).numpy() != before).any()


def test_missing_labels_raise():
    model = tiny_gan(num_classes=3)
    message = "must be given labels. Received: num_classes=3, labels=None"
    with pytest.raises(ValueError, match=message):
        generate(model, 2, 0)
    with pytest.raises(ValueError, match=message):
        generate_from(model, np.zeros((2, 4), "float32"))
    with pytest.raises(ValueError, match="Received: truncation=0"):
        generate(tiny_gan(), 2, 0, truncation=0)
