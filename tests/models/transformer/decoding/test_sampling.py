import keras
import numpy as np
import pytest
from keras import ops
from scipy import special
from scipy import stats

from kerazoo.models.transformer.decoding import greedy
from kerazoo.models.transformer.decoding import sample
from kerazoo.models.transformer.decoding import top_k_logits
from kerazoo.models.transformer.decoding import top_p_logits
from tests.models.transformer.decoding.prefix_model import PrefixModel
from tests.models.transformer.decoding.prefix_model import arrays
from tests.models.transformer.decoding.prefix_model import compiled

LOGITS = np.array([0.3, -0.5, -9.0, 1.4, 0.9, -1.5], "float32")
COUNT = 20_000
ROWS = [*range(20)]
INF = np.inf


def constant(tokens, index, state):
    """A step with the same logits always."""
    return ops.broadcast_to(LOGITS, (ops.shape(tokens)[0], len(LOGITS))), state


def draw(max_length=1, seed=0, count=COUNT, **options):
    """Returns tokens of the constant step, which does not end."""
    first = np.ones(count, "int32")
    return arrays(sample(constant, (), first, max_length, seed, eos=9, **options))


def check_frequencies(tokens, probabilities):
    """Raises if the tokens are too unlikely, or one of probability 0 is among them."""
    counts = np.bincount(tokens, minlength=len(probabilities))
    possible = np.asarray(probabilities) > 0
    assert counts[~possible].sum() == 0
    expected = np.asarray(probabilities, "float64")[possible]
    expected *= len(tokens) / expected.sum()
    assert stats.chisquare(counts[possible], expected).pvalue > 1e-3


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_are_the_softmax(temperature):
    tokens = draw(temperature=temperature)[0]
    check_frequencies(tokens[:, 0], special.softmax(LOGITS / temperature))


def test_frequencies_of_the_likeliest():
    kept = np.where(LOGITS > 0, LOGITS, -INF)  # Three of them.
    check_frequencies(draw(top_k=3)[0][:, 0], special.softmax(kept))
    # The softmax is 0.16, 0.07, 0, 0.47, 0.28 and 0.03.
    check_frequencies(
        draw(top_p=0.7)[0][:, 0], [0, 0, 0, *special.softmax([1.4, 0.9]), 0]
    )
    # Of the best three at temperature 4 it is 0.29, 0.38 and 0.33.
    options = {"temperature": 4.0, "top_k": 3, "top_p": 0.7}
    expected = [0, 0, 0, *special.softmax([0.35, 0.225]), 0]
    check_frequencies(draw(**options)[0][:, 0], expected)


def test_steps_and_seeds_are_independent():
    probabilities = special.softmax(LOGITS.astype("float64"))
    pairs = np.outer(probabilities, probabilities).ravel()
    tokens = draw(max_length=2)[0]
    others = draw(max_length=2, seed=1)[0]
    for left, right in (
        (tokens[:, 0], tokens[:, 1]),
        (tokens[:, 0], others[:, 0]),
        (tokens[:, 1], others[:, 0]),
    ):
        possible = pairs * COUNT > 5  # As chi-squared needs.
        counts = np.bincount(left * len(LOGITS) + right, minlength=len(pairs))
        counts = [*counts[possible], counts[~possible].sum()]
        expected = [*pairs[possible], pairs[~possible].sum()]
        assert stats.chisquare(counts, COUNT * np.array(expected)).pvalue > 1e-3


@pytest.mark.parametrize("options", [{}, {"top_k": 3}, {"top_p": 0.8}])
@pytest.mark.parametrize("temperature", [0, 1e-4])
def test_cold_sampling_is_greedy(temperature, options):
    model = PrefixModel(5, 5, seed=0)
    found = sample(
        model.step, *model.inputs(ROWS), 5, 7, temperature=temperature, **options
    )
    expected = greedy(model.step, *model.inputs(ROWS), 5)
    for value, other in zip(arrays(found), arrays(expected)):
        np.testing.assert_allclose(value, other, rtol=1e-6)


def test_options_may_be_tensors():
    options = {"temperature": 0.7, "top_p": 0.8}
    tensors = {name: ops.convert_to_tensor(value) for name, value in options.items()}
    numbers = draw(4, seed=5, count=50, **options)[0]
    seed = ops.convert_to_tensor(np.array(5, "int32"))
    np.testing.assert_array_equal(draw(4, seed=seed, count=50, **tensors)[0], numbers)
    pair = ops.convert_to_tensor(np.array([5, 0], "int32"))
    np.testing.assert_array_equal(draw(4, seed=pair, count=50, **tensors)[0], numbers)


def test_scores_are_those_of_the_model():
    model = PrefixModel(5, 5, seed=1)
    decoded = sample(
        model.step, *model.inputs(ROWS), 5, 3, temperature=0.8, top_k=4, top_p=0.9
    )
    tokens, scores, lengths = arrays(decoded)
    assert len({*lengths}) >= 3
    for row in ROWS:
        text = tokens[row, : lengths[row]]
        assert lengths[row] == 5 or text[-1] == 2
        assert 2 not in text[:-1]
        assert not tokens[row, lengths[row] :].any()
        expected = model.log_likelihood(row, text.tolist())
        np.testing.assert_allclose(scores[row], expected, rtol=1e-5)


def test_a_seed_gives_one_text():
    texts = draw(8, seed=3, count=50)[0]
    np.testing.assert_array_equal(draw(8, seed=3, count=50)[0], texts)
    assert len(np.unique(texts, axis=0)) == 50
    others = [draw(8, seed=seed, count=50)[0] for seed in (4, -3, 2**32 - 1)]
    for other in others:
        assert 0.1 < np.mean(texts == other) < 0.6


def test_a_row_does_not_depend_on_those_after_it():
    model = PrefixModel(4, 5, seed=3)
    options = {"temperature": 3.0}
    all_rows = arrays(sample(model.step, *model.inputs(ROWS), 5, 8, **options))
    for count in (1, 7):
        rows = arrays(sample(model.step, *model.inputs(ROWS[:count]), 5, 8, **options))
        for some, values in zip(rows, all_rows):
            np.testing.assert_allclose(some, values[:count], rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"top_k": 4, "top_p": 0.95}])
def test_in_compiled_graphs(options):
    model = PrefixModel(5, 5, seed=2)

    def run(state, first):
        return sample(model.step, state, first, 5, 11, temperature=3.0, **options)

    for graph in compiled(run, model):
        tokens, scores, lengths = graph(ROWS)
        likelihoods = [
            model.log_likelihood(row, tokens[row, : lengths[row]].tolist())
            for row in ROWS
        ]
        np.testing.assert_allclose(scores, likelihoods, rtol=1e-5)
        np.testing.assert_array_equal(graph(ROWS)[0], tokens)
        np.testing.assert_array_equal(graph(ROWS[:7])[0], tokens[:7])
        assert len(np.unique(tokens, axis=0)) > 8


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="needs XLA on CPU")
def test_frequencies_in_xla():
    import tensorflow as tf

    compiled_draw = tf.function(
        lambda seed: sample(constant, (), tf.ones(COUNT, tf.int32), 2, seed, eos=9),
        jit_compile=True,
        autograph=False,
    )
    tokens = compiled_draw(tf.constant(0)).tokens.numpy()
    check_frequencies(tokens[:, 0], special.softmax(LOGITS))
    check_frequencies(tokens[:, 1], special.softmax(LOGITS))
    assert np.mean(tokens[:, 0] == tokens[:, 1]) < 0.5


def test_top_k_by_hand():
    logits = np.array([[1.0, 3.0, 2.0, -1.0], [2.0, 0.0, 2.0, 5.0]], "float32")
    expected = [[-INF, 3, 2, -INF], [2, -INF, 2, 5]]  # Of two equal ones none is left.
    np.testing.assert_array_equal(*arrays((top_k_logits(logits, 2), expected)))
    np.testing.assert_array_equal(*arrays((top_k_logits(logits, 9), logits)))


@pytest.mark.parametrize(
    ("p", "kept"),
    [
        (0.01, [0, 1, 0, 0]),
        (0.49, [0, 1, 0, 0]),
        (0.51, [0, 1, 1, 0]),
        (0.74, [0, 1, 1, 0]),
        (0.76, [1, 1, 1, 0]),
        (0.94, [1, 1, 1, 0]),
        (0.96, [1, 1, 1, 1]),
        (1.0, [1, 1, 1, 1]),
    ],
)
def test_top_p_by_hand(p, kept):
    logits = np.log([[0.2, 0.5, 0.25, 0.05]]).astype("float32") + 3
    expected = np.where(kept, logits, -INF)
    np.testing.assert_array_equal(*arrays((top_p_logits(logits, p), expected)))


def test_top_p_keeps_all_of_equal_logits_and_none_that_were_out():
    logits = np.array([[0.0, 0.0, 0.0, -INF]], "float32")
    for p in (0.2, 0.9, 1.0):
        np.testing.assert_array_equal(*arrays((top_p_logits(logits, p), logits)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_length": 0}, "`max_length` must be 1 or more. Received: max_length=0"),
        ({"temperature": -1.0}, "must be 0 or more. Received: temperature=-1.0"),
        ({"top_k": 0}, "`top_k` must be 1 or more. Received: top_k=0"),
        ({"top_p": 0.0}, "above 0 and at most 1. Received: top_p=0.0"),
        ({"top_p": 1.1}, "above 0 and at most 1. Received: top_p=1.1"),
    ],
)
def test_mistakes_raise(options, message):
    with pytest.raises(ValueError, match=message):
        draw(**options)


def test_mistakes_of_the_functions_raise():
    logits = np.zeros((1, 3), "float32")
    with pytest.raises(ValueError, match="`k` must be 1 or more. Received: k=0"):
        top_k_logits(logits, 0)
    with pytest.raises(ValueError, match="`p` must be above 0 and .* Received: p=2"):
        top_p_logits(logits, 2)
