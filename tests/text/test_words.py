import numpy as np
import pytest
import tensorflow as tf

from kerazoo.text import WordTokenizer
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import UNK

TOKENIZER = WordTokenizer(
    [".", ",", "don't", "door", "go", "grüße", "half-open", "the"]
)
TEXTS = [
    "Go, the DOOR.",
    "don't go...the door",
    "half-open door, Grüße",
    "GRÜSSE grüße",  # Only ASCII is made lower case.
    "",
    " \t\r\n\v\f ",
    "a\u00a0door\u2028go\x1cthe\x00go",
    "door_go [the] `door` ~go~ \\the\\ ^ {go}",
    "\ud800go",
    "\U0001f6aa door",
]


def in_graph(texts, **options):
    encoded = [text.encode(errors="replace") for text in texts]
    return TOKENIZER.encode(tf.constant(encoded), **options).to_list()


def test_tokens_by_hand():
    go, the, door = (TOKENIZER.words.index(word) + 4 for word in ("go", "the", "door"))
    dot, comma = 4, 5
    assert in_graph(["Go, the DOOR. What?"], add_eos=False) == [
        [go, comma, the, door, dot, UNK, UNK]
    ]


@pytest.mark.parametrize("add_eos", [False, True])
def test_graph_and_python_give_the_same_tokens(add_eos):
    lists = TOKENIZER.encode_lists(TEXTS, add_eos)
    assert [tokens.tolist() for tokens in lists] == in_graph(TEXTS, add_eos=add_eos)
    assert all((tokens[-1] == EOS) == add_eos for tokens in lists if len(tokens))


def test_graph_and_python_agree_on_any_characters():
    random = np.random.default_rng(0)
    points = [random.integers(1, 0x3000, 20) for _ in range(300)]
    points += [random.integers(1, 128, 20) for _ in range(300)]
    texts = ["".join(map(chr, some)).replace("z", "door") for some in points]
    lists = TOKENIZER.encode_lists(texts, add_eos=False)
    assert [tokens.tolist() for tokens in lists] == in_graph(texts, add_eos=False)


def test_unknown_words_and_bytes_are_told():
    texts = tf.constant([b"go the door", b"go up", b"go \xff"])
    unknown = TOKENIZER.is_unknown(texts, TOKENIZER.encode(texts))
    assert unknown.numpy().tolist() == [False, True, True]


def test_words_of_texts_are_sorted_and_known():
    tokenizer = WordTokenizer.of(["Go north.", "the door"])
    assert tokenizer.words == (".", "door", "go", "north", "the")
    assert UNK not in np.concatenate(tokenizer.encode_lists(["GO north. the door"]))
    again = WordTokenizer.from_config(tokenizer.get_config())
    assert again.words == tokenizer.words


def test_tokens_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        TOKENIZER.encode_text("go")[0] = 1


@pytest.mark.parametrize(
    "words, message",
    [
        ([], "different ones, at least one"),
        (["go", "go"], "different ones, at least one"),
        (["go on"], "one word or punctuation mark.*'go on'"),
        (["Go"], "in lower case.*'Go'"),
    ],
)
def test_wrong_words_are_refused(words, message):
    with pytest.raises(ValueError, match=message):
        WordTokenizer(words)
