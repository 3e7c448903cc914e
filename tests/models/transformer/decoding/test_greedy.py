import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.decoding import greedy
from tests.models.transformer.decoding.prefix_model import PrefixModel
from tests.models.transformer.decoding.prefix_model import arrays
from tests.models.transformer.decoding.prefix_model import compiled

ROWS = [*range(20)]


def reference(model, row, max_length, eos=2, pad=0):
    """The same for one row in NumPy."""
    tokens = []
    while len(tokens) < max_length and eos not in tokens:
        tokens.append(int(model.log_probabilities(row, tokens).argmax()))
    padding = [pad] * (max_length - len(tokens))
    return tokens + padding, model.log_likelihood(row, tokens), len(tokens)


def test_every_token_is_the_likeliest():
    model = PrefixModel(5, 5, seed=0)
    decoded = greedy(model.step, *model.inputs(ROWS), 5)
    tokens, scores, lengths = arrays(decoded)
    expected = [reference(model, row, 5) for row in ROWS]
    np.testing.assert_array_equal(tokens, [tokens for tokens, _, _ in expected])
    np.testing.assert_allclose(scores, [score for _, score, _ in expected], rtol=1e-5)
    np.testing.assert_array_equal(lengths, [length for _, _, length in expected])
    assert {*lengths} == {1, 2, 3, 4, 5}
    assert [keras.backend.standardize_dtype(value.dtype) for value in decoded] == [
        "int32",
        "float32",
        "int32",
    ]


def test_goes_on_after_tokens_that_were_read():
    model = PrefixModel(5, 5, seed=0)
    expected = arrays(greedy(model.step, *model.inputs(ROWS), 5, eos=-1))
    state, first = model.inputs(ROWS)
    scores = 0
    for index in range(2):
        logits, state = model.step(first, index, state)
        first = ops.cast(ops.argmax(logits, axis=-1), "int32")
        scores += ops.max(ops.log_softmax(logits), axis=-1)
    tokens, rest, lengths = arrays(greedy(model.step, state, first, 5, eos=-1, start=2))
    np.testing.assert_array_equal(tokens[:, 2:], expected[0][:, 2:])
    assert not tokens[:, :2].any()
    np.testing.assert_array_equal(lengths, expected[2])
    np.testing.assert_allclose(
        rest + ops.convert_to_numpy(scores), expected[1], rtol=1e-5
    )


def test_a_batch_equals_one_row_at_a_time():
    model = PrefixModel(4, 5, seed=3)
    together = arrays(greedy(model.step, *model.inputs(ROWS), 5))
    apart = [arrays(greedy(model.step, *model.inputs([row]), 5)) for row in ROWS[:5]]
    for whole, *parts in zip(together, *apart):
        np.testing.assert_allclose(whole[:5], np.concatenate(parts), rtol=1e-6)


def test_other_tokens_of_end_and_padding():
    model = PrefixModel(5, 5, seed=1)
    decoded = greedy(model.step, *model.inputs(ROWS), 5, eos=4, pad=-1)
    expected = [reference(model, row, 5, eos=4, pad=-1)[0] for row in ROWS]
    assert any(-1 in tokens for tokens in expected)
    np.testing.assert_array_equal(arrays(decoded)[0], expected)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="traces the step once")
def test_ends_with_the_last_row():
    model = PrefixModel(5, 5, seed=0)
    for rows in ([0], [1], [2], [3], ROWS):
        model.calls = 0
        lengths = arrays(greedy(model.step, *model.inputs(rows), 5))[2]
        assert model.calls == lengths.max()


def test_in_compiled_graphs():
    model = PrefixModel(5, 5, seed=2)
    run = lambda state, first: greedy(model.step, state, first, 5)  # noqa: E731
    for graph in compiled(run, model):
        for rows in (ROWS, [2]):
            expected = arrays(run(*model.inputs(rows)))
            for found, value in zip(graph(rows), expected):
                np.testing.assert_allclose(found, value, rtol=1e-5)


def test_scores_of_half_precision_are_float32():
    logits = np.array([[2.0, 0.5, -1.0, 1.0]], "float32")
    step = lambda tokens, index, state: (  # noqa: E731
        ops.cast(logits, "bfloat16"),
        state,
    )
    decoded = greedy(step, (), np.ones(1, "int32"), 40)
    probability = np.exp(2.0) / np.exp(logits).sum()
    np.testing.assert_allclose(arrays(decoded)[1], 40 * np.log(probability), rtol=1e-5)


def test_mistakes_raise():
    model = PrefixModel(4, 5, seed=0)
    with pytest.raises(ValueError, match="1 or more. Received: max_length=0"):
        greedy(model.step, *model.inputs(ROWS), 0)
