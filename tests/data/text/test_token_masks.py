import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.text.token_masks import TokenMasks
from kerazoo.data.text.token_masks import hide_tokens

MASK, END, FIRST = 1, 2, 4
V = 104
# Tokens of ten begin words, all others go on within one.
BEGINS = np.arange(V) % 10 == 0
RANDOM = np.random.default_rng(0)


def texts(rows, length):
    tokens = RANDOM.integers(FIRST, V, (rows, length))
    lengths = RANDOM.integers(length // 2, length, (rows, 1))
    tokens = np.where(np.arange(length) < lengths, tokens, 0)
    return np.where(np.arange(length) == lengths - 1, END, tokens).astype("int32")


def hide(tokens, seed=(0, 0), *part, **options):
    masks = TokenMasks(V, MASK, FIRST, **options)
    (inputs, places), targets = masks(tokens, seed, *part)
    return inputs.numpy(), places.numpy(), targets.numpy()


def hidden_places(places, targets):
    return [set(row[t > 0].tolist()) for row, t in zip(places, targets)]


def words_of(row):
    """Returns sets of the places of each word, in plain Python."""
    words, before = [], False
    for place, token in enumerate(row.tolist()):
        if token < FIRST:
            before = False
            continue
        if not before or BEGINS[token]:
            words.append(set())
        words[-1].add(place)
        before = True
    return words


def test_share_of_tokens_is_hidden_and_told():
    tokens = texts(64, 40)
    inputs, places, targets = hide(tokens)
    counts = np.round(0.15 * (tokens >= FIRST).sum(axis=1))
    assert places.shape == targets.shape == (64, 6)
    np.testing.assert_array_equal((targets > 0).sum(axis=1), counts)
    for row, new, own, told in zip(tokens, inputs, places, targets):
        is_told = told > 0
        np.testing.assert_array_equal(row[own[is_told]], told[is_told])
        assert len(set(own.tolist())) == len(own) and (told[is_told] >= FIRST).all()
        untouched = np.delete(np.arange(40), own[is_told])
        np.testing.assert_array_equal(new[untouched], row[untouched])


def test_of_the_hidden_80_percent_are_masks_and_10_percent_random():
    tokens = texts(400, 200)
    inputs, places, targets = hide(tokens, share=0.4)
    found = np.take_along_axis(inputs, places, axis=1)[targets > 0]
    told = targets[targets > 0]
    assert len(found) > 10_000 and abs((found == MASK).mean() - 0.8) < 0.02
    # One of a hundred random tokens is the right one by chance.
    assert abs((found == told).mean() - 0.101) < 0.02
    others = found[(found != MASK) & (found != told)]
    assert others.min() >= FIRST and len(set(others.tolist())) == V - FIRST


def test_whole_words_are_hidden():
    tokens = texts(200, 60)
    _, places, targets = hide(tokens, begins_word=BEGINS)
    sizes = []
    for row, hidden in zip(tokens, hidden_places(places, targets)):
        touched = [word for word in words_of(row) if word & hidden]
        assert hidden and len([word for word in touched if word - hidden]) <= 1
        if len(touched) > 1:  # Only the first one may be cut.
            assert all(word <= hidden for word in touched)
        sizes.append(len(hidden) / (row >= FIRST).sum())
    assert 0.06 < np.mean(sizes) <= 0.16


def test_each_word_is_as_likely():
    tokens = np.tile([[10, 5, 20, 30, 7, 40, 50, 60, 70, END]], (600, 1))
    _, places, targets = hide(tokens.astype("int32"), share=0.4, begins_word=BEGINS)
    counts = np.zeros(10)
    for hidden in hidden_places(places, targets):
        counts[list(hidden)] += 1
    assert counts[9] == 0 and counts[0] == counts[1] and counts[3] == counts[4]
    assert counts[[2, 5, 6, 7, 8]].min() > 0.8 * counts[[2, 5, 6, 7, 8]].max()


def test_texts_of_few_tokens():
    tokens = np.array([[9, END, 0], [END, 0, 0], [0, 0, 0]], np.int32)
    inputs, places, targets = hide(tokens)
    assert targets.tolist() == [[9], [0], [0]] and places[0] == 0
    np.testing.assert_array_equal(inputs[1:], tokens[1:])


def test_parts_are_of_the_whole():
    tokens = texts(8, 20)
    whole = hide(tokens, (3, 7))
    for part in (0, 1):
        rows = slice(4 * part, 4 * part + 4)
        found = hide(tokens[rows], (3, 7), part, 2)
        for own, expected in zip(found, whole):
            np.testing.assert_array_equal(own, expected[rows])
    assert (hide(tokens, (3, 8))[0] != whole[0]).any()


def context(workers, worker, replicas):
    return tf.distribute.InputContext(workers, worker, replicas)


def taken(batches, count):
    return [x[0].numpy() for x, _ in batches.take(count)]


def test_batches_go_on_and_are_shared():
    tokens = texts(6 * 8, 20).reshape(6, 8, 20)
    masks = TokenMasks(V, MASK, FIRST, begins_word=BEGINS)

    def batches(parts, start=0):
        rows = tokens[start:].reshape(-1, 8 // parts, 20)
        return tf.data.Dataset.from_tensor_slices(rows)

    whole = taken(hide_tokens(batches(1), masks, seed=5), 6)
    later = taken(hide_tokens(batches(1, 2), masks, 5, start_step=2), 4)
    np.testing.assert_array_equal(later, whole[2:])
    halves = taken(hide_tokens(batches(2), masks, 5, 0, context(1, 0, 2)), 12)
    joined = [np.concatenate(halves[2 * i : 2 * i + 2]) for i in range(6)]
    np.testing.assert_array_equal(joined, whole)
    own = batches(2).shard(2, 1)  # Those of the second of two workers.
    found = taken(hide_tokens(own, masks, 5, 0, context(2, 1, 2)), 6)
    np.testing.assert_array_equal(found, [batch[4:] for batch in whole])


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match=f"Received: mask_share={share}"):
        TokenMasks(V, MASK, FIRST, share)
