import keras
import numpy as np
import pytest

from kerazoo.models.dqn.text_games import TextEncoder
from kerazoo.models.dqn.text_games.text_encoder import TEXT_ENCODERS

TOKENS = np.array([[4, 5, 6, 7, 5], [8, 4, 0, 0, 0], [9, 0, 0, 0, 0]])


@pytest.mark.parametrize("kind", TEXT_ENCODERS)
def test_padding_changes_nothing(kind):
    encoder = TextEncoder(12, 8, kind)
    found = np.array(encoder(TOKENS))
    longer = np.pad(TOKENS, [[0, 0], [0, 4]])
    np.testing.assert_allclose(encoder(longer), found, atol=1e-6)
    for row, count in enumerate((5, 2, 1)):
        alone = encoder(TOKENS[row : row + 1, :count])
        np.testing.assert_allclose(alone, found[row : row + 1], atol=1e-6)
    assert np.abs(found[0] - found[1]).max() > 1e-3


@pytest.mark.parametrize("kind", TEXT_ENCODERS)
def test_order_counts_but_for_the_bag(kind):
    encoder = TextEncoder(12, 8, kind)
    found = np.array(encoder(np.array([[4, 5, 6, 7], [7, 4, 6, 5]])))
    assert (np.abs(found[0] - found[1]).max() < 1e-6) == (kind == "bag")


def test_convolution_is_that_of_the_embeddings():
    encoder = TextEncoder(12, 8, "convolution")
    found = encoder(TOKENS)
    encoder.bias.assign(np.linspace(-1, 1, 8))
    found = encoder(TOKENS)
    reference = keras.layers.Conv1D(8, 3, padding="same")
    embedded = np.array(encoder.embedding(TOKENS)) * (TOKENS > 0)[..., None]
    reference.build(embedded.shape)
    # Columns of the kernel are those of the word before, the word, the word after.
    kernel = np.array(encoder.kernel).reshape(8, 3, 8).transpose(1, 0, 2)
    reference.set_weights([kernel, np.array(encoder.bias)])
    convolved = np.array(reference(embedded))
    for row, count in enumerate((5, 2, 1)):
        largest = np.maximum(convolved[row, :count].max(axis=0), 0)
        np.testing.assert_allclose(found[row], largest, atol=1e-5)


def test_bag_is_the_mean_of_the_embeddings():
    encoder = TextEncoder(12, 8, "bag")
    found = encoder(TOKENS)
    table = np.array(encoder.embedding.embeddings) * np.sqrt(8)
    np.testing.assert_allclose(found[0], table[[4, 5, 6, 7, 5]].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("kind", TEXT_ENCODERS)
def test_configuration_makes_the_same_layer(kind):
    encoder = TextEncoder(12, 8, kind, num_heads=2)
    found = encoder(TOKENS)
    again = TextEncoder.from_config(encoder.get_config())
    again(TOKENS)
    again.set_weights(encoder.get_weights())
    np.testing.assert_allclose(again(TOKENS), found, atol=1e-6)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="convolution, bag.*kind=lstm"):
        TextEncoder(12, kind="lstm")
