import keras
import numpy as np
import pytest
from keras import ops

from kerazoo.models.transformer.decoding import beam_search
from kerazoo.models.transformer.decoding import greedy
from tests.models.transformer.decoding.prefix_model import PrefixModel
from tests.models.transformer.decoding.prefix_model import arrays
from tests.models.transformer.decoding.prefix_model import compiled

ROWS = [0, 1, 2, 3]
EOS = 2
PENALTIES = [0.0, 0.6, 1.0, 2.0]


def search(model, rows, max_length, beam_size, length_penalty=1.0, **options):
    state, first = model.inputs(rows)
    return arrays(
        beam_search(
            model.step, state, first, max_length, beam_size, length_penalty, **options
        )
    )


def texts_of(tokens, lengths):
    """Returns the tokens of each sequence as tuples, after a look at the padding."""
    for row, length in zip(tokens, lengths):
        assert not row[length:].any()
    return [tuple(row[:length].tolist()) for row, length in zip(tokens, lengths)]


def all_sequences(model, row, max_length, length_penalty):
    """Returns `(score, tokens)` of all sequences, the best first."""
    found = []

    def visit(tokens, total):
        if len(tokens) == max_length or EOS in tokens:
            found.append((total / len(tokens) ** length_penalty, tokens))
            return
        for token, gain in enumerate(model.log_probabilities(row, tokens)):
            visit((*tokens, token), total + gain)

    visit((), 0.0)
    return sorted(found, reverse=True)


def patient_search(model, row, max_length, beam_size, length_penalty):
    """Beam search of one row in NumPy that never stops early."""
    beams = [(0.0, 0.0, ())]
    for _ in range(max_length):
        candidates = []
        for beam in beams:
            _, total, tokens = beam
            if EOS in tokens:
                candidates.append(beam)
                continue
            for token, gain in enumerate(model.log_probabilities(row, tokens)):
                score = (total + gain) / (len(tokens) + 1) ** length_penalty
                candidates.append((score, total + gain, (*tokens, token)))
        beams = sorted(candidates, reverse=True)[:beam_size]
    return [(score, tokens) for score, _, tokens in beams]


@pytest.mark.parametrize("length_penalty", PENALTIES)
@pytest.mark.parametrize(
    ("vocabulary", "max_length", "seed"), [(4, 5, 0), (4, 5, 1), (5, 4, 2)]
)
def test_a_beam_of_all_prefixes_finds_the_best(
    vocabulary, max_length, seed, length_penalty
):
    model = PrefixModel(vocabulary, max_length, seed)
    exact = [all_sequences(model, row, max_length, length_penalty) for row in ROWS]
    options = {"beam_size": len(exact[0]), "num_results": 12}
    found = search(model, ROWS, max_length, length_penalty=length_penalty, **options)
    for tokens, scores, lengths, best in zip(*found, exact):
        assert texts_of(tokens, lengths) == [tokens for _, tokens in best[:12]]
        np.testing.assert_allclose(scores, [s for s, _ in best[:12]], rtol=1e-5)


@pytest.mark.parametrize("length_penalty", PENALTIES)
@pytest.mark.parametrize(("beam_size", "num_results"), [(2, 1), (6, 2)])
def test_stopping_early_changes_nothing(beam_size, num_results, length_penalty):
    model = PrefixModel(5, 5, seed=1)

    def run(state, first):
        return beam_search(
            model.step,
            state,
            first,
            5,
            beam_size,
            length_penalty,
            num_results=num_results,
        )

    graph, *_ = compiled(run, model)
    # One at a time, because the last row to be done keeps the others going.
    for row in range(20):
        tokens, scores, lengths = graph([row])
        best = patient_search(model, row, 5, beam_size, length_penalty)[:num_results]
        assert texts_of(tokens[0], lengths[0]) == [tokens for _, tokens in best]
        np.testing.assert_allclose(scores[0], [s for s, _ in best], rtol=1e-5)


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="traces the step once")
@pytest.mark.parametrize(
    ("again", "max_length", "length_penalty", "num_results", "expected"),
    [
        # Ended at once: log 0.9 = -0.105. An open beam has log 0.1 = -2.303 and each
        # more step log 0.6 = -0.511.
        (0.6, 20, 0.0, 1, 1),
        (0.6, 20, 1.0, 1, 1),  # -2.303 / 20 is below -0.105.
        (0.6, 40, 1.0, 1, 5),  # -2.303 - 0.511 n over 40 is so from n = 4 on.
        (0.6, 7, 0.0, 2, 7),  # The second result never ends,
        (0.4, 7, 0.0, 2, 2),  # or ends after the second step.
    ],
)
def test_stops_once_no_open_beam_can_win(
    again, max_length, length_penalty, num_results, expected
):
    table = np.full((4, 4), 1e-9, "float32")
    table[1, 2:] = 0.9, 0.1
    table[3, 2:] = 1 - again, again
    calls = []

    def step(tokens, index, state):
        calls.append(1)
        return ops.take(np.log(table), tokens, axis=0), state

    first = np.ones(1, "int32")
    options = {"length_penalty": length_penalty, "num_results": num_results}
    beam_search(step, (), first, max_length, beam_size=2, **options)
    assert len(calls) == expected


def test_a_longer_sequence_wins_after_one_has_ended():
    # Of p, 0.6 ends at once and 0.4 s after one more token: log(0.4 s) / 2 is above
    # log 0.6 where s is above 0.36 / 0.4 = 0.9.
    for share, best in ((0.95, (3, EOS)), (0.85, (EOS,))):
        table = np.full((4, 4), 1e-9, "float32")
        table[1, 2:] = 0.6, 0.4
        table[3, 2:] = share, 1 - share

        def step(tokens, index, state, table=table):
            return ops.take(np.log(table), tokens, axis=0), state

        tokens, scores, lengths = arrays(
            beam_search(step, (), np.ones(1, "int32"), max_length=2, beam_size=2)
        )
        assert texts_of(tokens[0], lengths[0]) == [best]
        expected = max(np.log(0.6), np.log(0.4 * share) / 2)
        np.testing.assert_allclose(scores, [[expected]], rtol=1e-5)


def test_one_beam_is_greedy():
    model = PrefixModel(5, 5, seed=0)
    rows = [*range(20)]
    tokens, sums, lengths = arrays(greedy(model.step, *model.inputs(rows), 5))
    for length_penalty in PENALTIES:
        found = search(model, rows, 5, 1, length_penalty)
        np.testing.assert_array_equal(found[0][:, 0], tokens)
        np.testing.assert_allclose(
            found[1][:, 0], sums / lengths**length_penalty, rtol=1e-5
        )
        np.testing.assert_array_equal(found[2][:, 0], lengths)


def test_a_batch_equals_one_row_at_a_time():
    model = PrefixModel(5, 5, seed=5)
    together = search(model, ROWS, 5, beam_size=3, num_results=2)
    apart = [search(model, [row], 5, beam_size=3, num_results=2) for row in ROWS]
    for whole, *parts in zip(together, *apart):
        np.testing.assert_allclose(whole, np.concatenate(parts), rtol=1e-6)


@pytest.mark.parametrize("length_penalty", PENALTIES)
def test_results_are_sorted_distinct_and_have_their_own_scores(length_penalty):
    model = PrefixModel(5, 5, seed=6)
    found = search(model, ROWS, 5, 6, length_penalty, num_results=6)
    ends = set()
    for row, tokens, scores, lengths in zip(ROWS, *found):
        texts = texts_of(tokens, lengths)
        assert len(set(texts)) == 6
        assert np.all(np.diff(scores) <= 0)
        expected = [
            model.log_likelihood(row, text) / len(text) ** length_penalty
            for text in texts
        ]
        np.testing.assert_allclose(scores, expected, rtol=1e-5)
        ends |= {text[-1] == EOS for text in texts}
    assert ends == {True, False}


def test_fewer_sequences_than_results():
    # One token of four: the others have score -inf.
    model = PrefixModel(4, 1, seed=0)
    tokens, scores, lengths = search(model, ROWS, 1, beam_size=7, num_results=6)
    np.testing.assert_array_equal(lengths, [[1, 1, 1, 1, 0, 0]] * 4)
    np.testing.assert_array_equal(scores == -np.inf, [[False] * 4 + [True] * 2] * 4)
    for row in ROWS:
        assert sorted(tokens[row, :4, 0]) == [0, 1, 2, 3]
        assert not tokens[row, 4:].any()


def test_other_tokens_of_end_and_padding():
    model = PrefixModel(5, 5, seed=7)
    options = {"eos": 4, "pad": -1, "num_results": 3}
    tokens, _, lengths = search(model, ROWS, 5, 3, **options)
    assert (lengths < 5).any()
    for row, length in zip(tokens.reshape(-1, 5), lengths.ravel()):
        assert length == 5 or row[length - 1] == 4
        assert 4 not in row[: length - 1]
        np.testing.assert_array_equal(row[length:], -1)


@pytest.mark.slow
def test_in_compiled_graphs():
    model = PrefixModel(5, 5, seed=8)

    def run(state, first):
        return beam_search(model.step, state, first, 5, 3, num_results=2)

    for graph in compiled(run, model):
        for rows in (ROWS, [2]):
            expected = arrays(run(*model.inputs(rows)))
            for found, value in zip(graph(rows), expected):
                np.testing.assert_allclose(found, value, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_length": 0}, "`max_length` must be 1 or more. Received: max_length=0"),
        ({"beam_size": 0}, "`beam_size` must be 1 or more. Received: beam_size=0"),
        ({"num_results": 4}, "1 to `beam_size`. Received: num_results=4, beam_size=3"),
        ({"num_results": 0}, "1 to `beam_size`. Received: num_results=0, beam_size=3"),
        ({"length_penalty": -0.1}, "0 or more. Received: length_penalty=-0.1"),
    ],
)
def test_mistakes_raise(options, message):
    model = PrefixModel(4, 5, seed=0)
    with pytest.raises(ValueError, match=message):
        search(model, ROWS, **{"max_length": 5, "beam_size": 3, **options})
