"""Examples in batches, as a training measures them."""

import numpy as np
import pytest

from kerazoo.models.gan.example_maker import ExampleMaker
from kerazoo.models.gan.generation import generate
from kerazoo.training.batch_seed import batch_seed
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.gan.tiny_gan import tiny_gan


@pytest.mark.parametrize("truncation", [None, 0.5])
def test_examples_are_those_of_generate_batch_by_batch(truncation):
    model = tiny_gan()
    found = ExampleMaker(model, batch_size=4)(10, 7, truncation=truncation)
    assert found.shape == (10, 2, 3, 1) and found.dtype == "float32"
    expected = [
        generate(model, 4, batch_seed(7, k), truncation=truncation) for k in range(3)
    ]
    np.testing.assert_allclose(found, np.concatenate(expected)[:10], atol=1e-6)
    assert len(np.unique(found[:, 0, 0, 0])) == 10


def test_given_labels_and_all_in_turn():
    model = tiny_gan(num_classes=3)
    maker = ExampleMaker(model, batch_size=4)
    for labels, asked in (
        (None, [0, 1, 2, 0, 1, 2]),
        ([2, 2, 1, 0, 0, 2], [2, 2, 1, 0, 0, 2]),
    ):
        given = None if labels is None else np.array(labels)
        found = maker(6, 7, given)
        parts = np.array([asked[:4], [*asked[4:], 0, 0]], "int32")
        expected = [
            generate(model, 4, batch_seed(7, k), own) for k, own in enumerate(parts)
        ]
        np.testing.assert_allclose(found, np.concatenate(expected)[:6], atol=1e-6)


def test_few_examples_are_one_batch_of_their_own():
    model = tiny_gan()
    found = ExampleMaker(model)(3, 5)
    np.testing.assert_allclose(found, generate(model, 3, 5), atol=1e-6)


def test_examples_follow_the_weights_of_the_average():
    model = tiny_gan(average_decay=HalfLifeDecay(10))
    maker = ExampleMaker(model)
    state = model.seed_generator.state.numpy()
    before = maker(3, 5)
    model.generator.set_weights([w + 0.5 for w in model.generator.get_weights()])
    np.testing.assert_array_equal(maker(3, 5), before)
    model.average_generator.set_weights(model.generator.get_weights())
    assert (maker(3, 5) != before).any()
    # Training goes on as if nothing had been made.
    np.testing.assert_array_equal(model.seed_generator.state, state)


def test_wrong_arguments_raise():
    with pytest.raises(ValueError, match="positive. Received: count=0"):
        ExampleMaker(tiny_gan())(0, 5)
    maker = ExampleMaker(tiny_gan(num_classes=3))
    with pytest.raises(ValueError, match=r"one of each .*shape=\(2,\), count=3"):
        maker(3, 5, labels=np.array([0, 1]))
