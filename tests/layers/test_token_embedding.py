import math

import numpy as np
import pytest
from keras import ops

from kerazoo.layers import TokenEmbedding

VOCABULARY = 11
TOKENS = np.array([[1, 4, 5, 5, 10, 3], [1, 9, 8, 7, 2, 0]], "int32")


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


@pytest.mark.parametrize("positions", ["sinusoidal", "learned", "rotary", "alibi"])
@pytest.mark.parametrize("scale", [False, True])
def test_values_by_hand(positions, scale):
    layer = TokenEmbedding(VOCABULARY, 6, positions, max_length=9, scale=scale)
    x = numpy(layer(TOKENS, position=3))
    table, *others = (weight.astype("float64") for weight in layer.get_weights())
    expected = table[TOKENS] * (math.sqrt(6) if scale else 1)
    if positions == "learned":
        expected = expected + others[0][3:9]
    elif positions == "sinusoidal":
        angles = np.arange(3, 9)[:, None] * 10_000 ** (-np.arange(3) / 3)
        expected = expected + np.concatenate([np.cos(angles), np.sin(angles)], axis=-1)
    np.testing.assert_allclose(x, expected, atol=1e-5)
    np.testing.assert_allclose(numpy(layer.logits(x)), x @ table.T, atol=1e-4)


@pytest.mark.parametrize("scale", [False, True])
def test_embeddings_begin_as_wide_as_they_say(scale):
    layer = TokenEmbedding(2_000, 16, scale=scale)
    layer.build((None, None))
    deviation = layer.get_weights()[0].std()
    assert deviation == pytest.approx(0.25 if scale else 0.02, rel=0.02)


def test_learned_positions_have_an_end():
    TokenEmbedding(VOCABULARY, 6, max_length=3).check_length(4)
    layer = TokenEmbedding(VOCABULARY, 6, "learned", max_length=3)
    layer.check_length(3)
    with pytest.raises(ValueError, match="at most 3, .* Received: length=4"):
        layer.check_length(4)


def test_mistakes_raise():
    with pytest.raises(ValueError, match=r"sinusoidal, learned, .*positions=absolute"):
        TokenEmbedding(VOCABULARY, 6, "absolute")
