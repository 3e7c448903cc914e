import itertools

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from kerazoo.models.transformer.decoding import greedy
from kerazoo.models.transformer.decoding import speculate
from tests.models.transformer.decoding.prefix_model import PrefixModel
from tests.models.transformer.decoding.prefix_model import arrays

VOCABULARY, LENGTH, EOS = 3, 5, 2
MODEL = PrefixModel(VOCABULARY, LENGTH, seed=0)
DRAFT = PrefixModel(VOCABULARY, LENGTH, seed=1)


def step_of(model):
    """Returns a step that forgets what stood at later places."""

    def step(tokens, index, state):
        is_before = ops.arange(LENGTH, dtype="int32") < index
        read = ops.where(is_before, state["read"][0], 0)
        return model.step(tokens, index, {**state, "read": [read]})

    return step


def read_of(model):
    step = step_of(model)

    def read(tokens, index, state):
        logits = []
        for i in range(tokens.shape[1]):
            of_token, state = step(tokens[:, i], index + i, state)
            logits.append(of_token)
        return ops.stack(logits, axis=1), state

    return read


def drawing(rows, draft=DRAFT, num_drafted=2, max_length=LENGTH, **options):
    """Returns a function of a seed to the tokens, scores, lengths and rounds."""
    state, first = MODEL.inputs(rows)
    drafted, _ = draft.inputs(rows)

    def draw(seed):
        models = read_of(MODEL), state, step_of(draft), drafted
        found, rounds = speculate(
            *(*models, first, max_length, seed, num_drafted), **{"eos": EOS, **options}
        )
        return *found, rounds

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        graph = tf.function(draw, [tf.TensorSpec((), tf.int32)], autograph=False)
        return lambda seed: arrays(graph(tf.constant(seed)))
    return lambda seed: arrays(draw(seed))


def all_texts(row, length):
    """Returns all texts of at most so many tokens, and their probabilities."""
    found = {}
    for tokens in itertools.product(range(VOCABULARY), repeat=length):
        count = tokens.index(EOS) + 1 if EOS in tokens else length
        text = tokens[:count]
        found[text] = np.exp(MODEL.log_likelihood(row, text))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "num_drafted"), [([3], 2), ([3], 1), ([4, 3], 3)])
def test_texts_have_the_probabilities_of_the_model(rows, num_drafted):
    is_fast = keras.backend.backend() == "tensorflow"
    draw = drawing(rows, num_drafted=num_drafted, max_length=3)
    expected = all_texts(3, 3)
    assert sum(expected.values()) == pytest.approx(1)
    counts = dict.fromkeys(expected, 0)
    number = 1_500 if is_fast else 60
    for seed in range(number):
        tokens, _, lengths, _ = draw(seed)
        counts[tuple(tokens[-1, : lengths[-1]].tolist())] += 1
    if is_fast:
        result = stats.chisquare(
            [*counts.values()], [p * number for p in expected.values()]
        )
        assert result.pvalue > 1e-3


@pytest.mark.parametrize(("num_drafted", "calls"), [(1, 3), (2, 3), (3, 2), (4, 1)])
def test_own_drafts_are_all_kept(num_drafted, calls):
    # Rounds of `num_drafted` + 1 tokens while they fit into 5, then single tokens.
    draw = drawing([0, 1], draft=MODEL, num_drafted=num_drafted, eos=9)
    for seed in range(5):
        *_, lengths, rounds = draw(seed)
        assert (lengths == LENGTH).all() and rounds == calls


@pytest.mark.parametrize("num_drafted", [1, 4])
def test_cold_texts_are_the_likeliest(num_drafted):
    rows = [*range(6)]
    draw = drawing(rows, num_drafted=num_drafted, temperature=0.0)
    tokens, scores, lengths, _ = draw(0)
    state, first = MODEL.inputs(rows)
    expected = arrays(greedy(MODEL.step, state, first, LENGTH, eos=EOS))
    np.testing.assert_array_equal(tokens, expected[0])
    np.testing.assert_allclose(scores, expected[1], atol=1e-5)
    np.testing.assert_array_equal(lengths, expected[2])


def test_scores_are_those_of_the_model_at_any_temperature():
    rows = [*range(4)]
    draw = drawing(rows, temperature=3.0, top_k=2)
    tokens, scores, lengths, _ = draw(5)
    for row in rows:
        text = tokens[row, : lengths[row]].tolist()
        assert not tokens[row, lengths[row] :].any()
        assert EOS not in text[:-1]
        expected = MODEL.log_likelihood(row, text)
        assert scores[row] == pytest.approx(expected, abs=1e-5)


def test_mistakes_raise():
    with pytest.raises(ValueError, match="`num_drafted` must be 1 or more"):
        drawing([0], num_drafted=0)(0)
    with pytest.raises(ValueError, match="`temperature` must be 0 or more"):
        drawing([0], temperature=-1.0)(0)
