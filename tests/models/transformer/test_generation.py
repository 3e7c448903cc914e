"""Texts of random networks, against what their `call` gives for each prefix."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.transformer.decoding import beam_search
from kerazoo.models.transformer.decoding import greedy
from kerazoo.models.transformer.decoding import sample
from kerazoo.models.transformer.generation import BOS
from kerazoo.models.transformer.generation import go_on
from kerazoo.models.transformer.generation import go_on_with_draft
from kerazoo.models.transformer.generation import write
from kerazoo.models.transformer.networks import CausalLanguageModel
from kerazoo.models.transformer.networks import EncoderDecoder

VOCABULARY, EOS, LENGTH = 7, 2, 6
SMALL = {"hidden_size": 8, "num_layers": 1, "num_heads": 2, "feed_forward_size": 12}
SOURCE = np.array([[4, 5, 6, 3, 2], [6, 6, 2, 0, 0], [3, 5, 4, 2, 0]], "int32")
PROMPT = np.array([[1, 5, 6, 3], [1, 6, 0, 0], [4, 0, 0, 0], [3, 3, 5, 0]], "int32")


def randomized(network, seed, scale):
    """Makes a network whose texts differ, and end early or not."""
    network.build(None)
    random = np.random.default_rng(seed)
    for weight in network.weights:
        weight.assign(random.normal(size=weight.shape) * scale)
    return network


TRANSLATOR = randomized(
    EncoderDecoder(VOCABULARY, norm_first=True, **SMALL), seed=23, scale=1.3
)
WRITER = randomized(
    CausalLanguageModel(VOCABULARY, max_length=LENGTH, **SMALL), seed=9, scale=0.6
)


def next_log_probabilities(source, tokens):
    """Returns those of each next token `(len(tokens), V)` after tokens of one row."""
    tokens = np.array([tokens])
    logits = WRITER(tokens) if source is None else TRANSLATOR([source[None], tokens])
    return tf.nn.log_softmax(logits)[0].numpy()


def log_likelihood(source, tokens, first=1):
    """Returns the sum over the tokens from the first one on."""
    rows = next_log_probabilities(source, tokens[:-1])[first - 1 :]
    return sum(row[token] for row, token in zip(rows, tokens[first:]))


def likeliest(source, prompt, length):
    """Returns at most so many tokens with the likeliest ones after the prompt."""
    tokens = list(prompt)
    while len(tokens) < length and (len(tokens) == len(prompt) or tokens[-1] != EOS):
        tokens.append(int(next_log_probabilities(source, tokens)[-1].argmax()))
    return tokens


def unpadded(row):
    return [int(token) for token in row if token]


def padded(tokens, length):
    return tokens + [0] * (length - len(tokens))


def assert_same(found, expected):
    np.testing.assert_array_equal(found.tokens, expected.tokens)
    np.testing.assert_array_equal(found.lengths, expected.lengths)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-4, atol=1e-5)


def test_greedy_writes_the_likeliest_tokens():
    found = write(TRANSLATOR, SOURCE, LENGTH)
    lengths = found.lengths.numpy()
    assert lengths.min() < lengths.max() == LENGTH
    for source, row, score, length in zip(SOURCE, found.tokens, found.scores, lengths):
        tokens = likeliest(source, [BOS], LENGTH + 1)
        assert row.numpy().tolist() == padded(tokens[1:], LENGTH)
        assert length == len(tokens) - 1
        assert float(score) == pytest.approx(log_likelihood(source, tokens), rel=1e-4)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_one_beam_is_greedy(penalty):
    expected = write(TRANSLATOR, SOURCE, LENGTH)
    found = write(
        TRANSLATOR, SOURCE, LENGTH, beam_search, beam_size=1, length_penalty=penalty
    )
    np.testing.assert_array_equal(found.tokens[:, 0], expected.tokens)
    lengths = tf.cast(expected.lengths, tf.float32)
    np.testing.assert_allclose(
        found.scores[:, 0], expected.scores / lengths**penalty, rtol=1e-5
    )


def test_scores_of_beams_are_those_of_the_network():
    found = write(
        TRANSLATOR,
        SOURCE,
        LENGTH,
        beam_search,
        beam_size=4,
        length_penalty=0.6,
        num_results=3,
    )
    assert found.tokens.shape == (3, 3, LENGTH)
    assert (np.diff(found.scores, axis=1) <= 0).all()
    for source, rows, scores, lengths in zip(SOURCE, *(x.numpy() for x in found)):
        assert len({tuple(row) for row in rows}) == 3
        for row, score, length in zip(rows, scores, lengths):
            total = log_likelihood(source, [BOS, *row[:length]])
            assert score == pytest.approx(total / length**0.6, rel=1e-4)
            assert EOS not in row[: length - 1] and not row[length:].any()


def test_wide_beam_finds_the_best_of_all():
    length, count = 3, 5
    found = write(
        TRANSLATOR, SOURCE, length, beam_search, beam_size=64, num_results=count
    )
    for source, rows, scores in zip(SOURCE, found.tokens, found.scores):
        every = []
        for tokens in itertools.product(range(VOCABULARY), repeat=length):
            end = tokens.index(EOS) + 1 if EOS in tokens else length
            if not any(tokens[end:]):  # Once each, padded.
                every.append(tokens[:end])
        prefixes = np.array([(BOS, *padded(list(t), length)) for t in every])
        logits = TRANSLATOR([np.repeat(source[None], len(every), axis=0), prefixes])
        table = tf.nn.log_softmax(logits).numpy()
        totals = [
            np.mean([row[i, token] for i, token in enumerate(tokens)])
            for row, tokens in zip(table, every)
        ]
        best = np.argsort(totals)[::-1][:count]
        np.testing.assert_allclose(scores, np.array(totals)[best], rtol=1e-4)
        assert rows.numpy().tolist() == [padded(list(every[i]), length) for i in best]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("decode", "arguments"),
    [(greedy, {}), (beam_search, {"beam_size": 3, "num_results": 2})],
)
def test_each_source_is_read_alone(decode, arguments):
    found = write(TRANSLATOR, SOURCE, LENGTH, decode, **arguments)
    for index, source in enumerate(SOURCE):
        alone = np.array([unpadded(source)])
        expected = write(TRANSLATOR, alone, LENGTH, decode, **arguments)
        assert_same(type(found)(*(x[index : index + 1] for x in found)), expected)


def test_greedy_goes_on_with_each_prompt():
    found = go_on(WRITER, PROMPT, LENGTH)
    assert found.tokens.shape == (4, LENGTH - 1)
    for prompt, row, score, length in zip(PROMPT, *(x.numpy() for x in found)):
        prompt = unpadded(prompt)
        tokens = likeliest(None, prompt, LENGTH)
        assert [prompt[0], *row[:length]] == tokens
        assert not row[length:].any()
        expected = log_likelihood(None, tokens, first=len(prompt))
        assert score == pytest.approx(expected, rel=1e-4)


def test_what_all_prompts_have_is_read_at_once(monkeypatch):
    indices = []
    step = CausalLanguageModel.step

    def counted(self, tokens, position, *args):
        indices.append(int(position))
        return step(self, tokens, position, *args)

    monkeypatch.setattr(CausalLanguageModel, "step", counted)
    go_on(WRITER, PROMPT[:1, :4], LENGTH)
    assert indices[0] == 3
    go_on(WRITER, PROMPT[:2, :4], LENGTH)
    assert 1 in indices and 0 not in indices


@pytest.mark.slow
@pytest.mark.parametrize(
    ("decode", "arguments"),
    [
        (greedy, {}),
        (sample, {"seed": 4, "temperature": 1.5, "top_k": 5, "top_p": 0.9}),
        (beam_search, {"beam_size": 3, "num_results": 2}),
    ],
)
def test_prompts_of_other_lengths_change_nothing(decode, arguments):
    found = go_on(WRITER, PROMPT, LENGTH, decode, **arguments)
    for index, prompt in enumerate(PROMPT):
        # In its place, which has its own random numbers.
        same = np.array([unpadded(prompt)] * len(PROMPT))
        expected = go_on(WRITER, same, LENGTH, decode, **arguments)
        row = slice(index, index + 1)
        assert_same(*(type(x)(*(part[row] for part in x)) for x in (found, expected)))
        begin = same[index, 1:]
        rows = found.tokens.numpy()[index].reshape(-1, LENGTH - 1)
        np.testing.assert_array_equal(
            rows[:, : len(begin)], np.broadcast_to(begin, (len(rows), len(begin)))
        )


def test_beams_go_on_with_the_scores_of_the_network():
    found = go_on(
        WRITER,
        PROMPT,
        LENGTH,
        beam_search,
        beam_size=4,
        num_results=4,
        length_penalty=0.0,
    )
    for prompt, *rows in zip(PROMPT, *(x.numpy() for x in found)):
        first = len(unpadded(prompt))
        for row, score, length in zip(*rows):
            tokens = [prompt[0], *row[:length]]
            expected = log_likelihood(None, tokens, first)
            assert score == pytest.approx(expected, rel=1e-4)
    best = go_on(WRITER, PROMPT, LENGTH)
    assert (found.scores[:, 0] >= best.scores - 1e-5).numpy().all()


def test_end_within_a_prompt_ends_it_whatever_is_beside():
    ended = [4, 5, EOS, 6]
    for other in ([4, 0, 0, 0], [3, 5, 4, 6], ended):
        found = go_on(WRITER, np.array([ended, other], "int32"), LENGTH)
        assert found.tokens.numpy()[0].tolist() == padded([5, EOS], LENGTH - 1)
        assert int(found.lengths[0]) == 2 and float(found.scores[0]) == 0


def test_sample_at_temperature_0_is_greedy():
    cold = {"seed": 5, "temperature": 0.0}
    found = write(TRANSLATOR, SOURCE, LENGTH, sample, **cold)
    assert_same(found, write(TRANSLATOR, SOURCE, LENGTH))
    found = go_on(WRITER, PROMPT, LENGTH, sample, **cold)
    assert_same(found, go_on(WRITER, PROMPT, LENGTH))


def test_samples_have_the_probabilities_of_the_network():
    count = 2_000
    source = np.repeat(SOURCE[:1], count, axis=0)
    found = write(TRANSLATOR, source, 1, sample, seed=6)
    shares = np.bincount(found.tokens[:, 0], minlength=VOCABULARY) / count
    expected = np.exp(next_log_probabilities(SOURCE[0], [BOS])[0])
    assert np.abs(shares - expected).max() < 5 * np.sqrt(0.25 / count)


def test_prompt_that_fills_the_text_is_given_back():
    prompt = np.array([[1, 5, 6, 3]])
    for length, expected in [(4, [5, 6, 3]), (3, [5, 6])]:
        found = go_on(WRITER, prompt, length)
        assert found.tokens.numpy().tolist() == [expected]
        assert float(found.scores[0]) == pytest.approx(0, abs=1e-6)
        beams = {"beam_size": 3, "num_results": 2}
        found = go_on(WRITER, prompt, length, beam_search, **beams)
        assert found.tokens.numpy().tolist() == [[expected, [0] * len(expected)]]
        np.testing.assert_allclose(found.scores, [[0, -np.inf]], atol=1e-6)


@pytest.mark.slow
def test_traced_functions_take_any_batch_and_length():
    spec = [tf.TensorSpec((None, None), "int32")]
    beams = {"beam_size": 2}
    translate = tf.function(lambda source: write(TRANSLATOR, source, LENGTH), spec)
    continue_ = tf.function(
        lambda prompt: go_on(WRITER, prompt, LENGTH, beam_search, **beams), spec
    )
    for rows, length in [(3, 5), (1, 2)]:
        source, prompt = SOURCE[:rows, :length], PROMPT[:rows, :length]
        assert_same(translate(source), write(TRANSLATOR, source, LENGTH))
        expected = go_on(WRITER, prompt, LENGTH, beam_search, **beams)
        assert_same(continue_(prompt), expected)


def test_mistakes_raise():
    with pytest.raises(ValueError, match="max_length=0"):
        write(TRANSLATOR, SOURCE, 0)
    with pytest.raises(ValueError, match="max_length=1"):
        go_on(WRITER, PROMPT, 1)
    with pytest.raises(ValueError, match="temperature=-1"):
        go_on(WRITER, PROMPT, LENGTH, sample, seed=0, temperature=-1)


def test_learned_positions_have_an_end():
    network = CausalLanguageModel(
        7, hidden_size=8, num_layers=1, num_heads=2, max_length=6
    )
    network(np.ones((1, 2), "int32"))
    prompt = np.array([[3, 4]])
    assert go_on(network, prompt, 6).tokens.shape == (1, 5)
    with pytest.raises(ValueError, match="at most 6.*length=7"):
        go_on(network, prompt, 7)


@pytest.mark.slow
@pytest.mark.parametrize("num_drafted", [1, 3])
def test_cold_texts_with_a_draft_are_those_without(num_drafted):
    draft = randomized(
        CausalLanguageModel(VOCABULARY, max_length=LENGTH, **SMALL), seed=3, scale=0.6
    )
    expected = go_on(WRITER, PROMPT, LENGTH, greedy)

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)])
    def write_with_draft(prompt):
        return go_on_with_draft(
            *(WRITER, draft, prompt, LENGTH),
            seed=0,
            num_drafted=num_drafted,
            temperature=0.0,
        )

    found, calls = write_with_draft(PROMPT)
    np.testing.assert_array_equal(found.tokens, expected.tokens)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)
    np.testing.assert_array_equal(found.lengths, expected.lengths)
    assert 1 <= calls <= LENGTH - 1


def test_own_drafts_take_fewer_calls():
    _, calls = go_on_with_draft(
        *(WRITER, WRITER, PROMPT[:, :1], LENGTH), seed=1, num_drafted=4, eos=-1
    )
    assert calls == 1


def test_draft_of_other_tokens_is_refused():
    other = CausalLanguageModel(VOCABULARY + 1, max_length=LENGTH, **SMALL)
    with pytest.raises(ValueError, match="must have the tokens of the network"):
        go_on_with_draft(WRITER, other, PROMPT, LENGTH, seed=0)
