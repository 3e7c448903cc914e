import hashlib
import pathlib
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
import sentencepiece
import tensorflow as tf

from kerazoo.data.text.python_help import python_topics
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import UNK
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary import train_vocabulary

ROOT = pathlib.Path(__file__).parents[2]
LINES = python_topics().train.splitlines()[:2_000]
CAT = ["the cat sat on the mat"]
EMOJI = "🙂👨\u200d👩\u200d👧"
NORMAL = [
    *("", "a\0b", "tab\there", "new\nline", "\ufeffx", "\x7f\x85", EMOJI, "漢字かな"),
    *("Ἀρχή", "ß ẞ Ä ä", "ไทย", "\u202bA", "x " * 500 + "x", "⁇ <s> </s> <unk>"),
]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(train_vocabulary(LINES, 600))


def decoded(tokenizer, texts):
    tokens = tokenizer.encode(tf.constant(texts)).to_tensor()
    return [text.decode() for text in tokenizer.decode(tokens).numpy()]


def test_subwords_by_hand():
    # Pairs by frequency: "at" 3, then "th" and "the"; "▁" begins a word.
    proto = train_vocabulary(CAT, 17, byte_fallback=False)
    processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
    pieces = [processor.id_to_piece(i) for i in range(17)]
    assert pieces[:4] == ["<pad>", "<s>", "</s>", "<unk>"]
    assert pieces[4] == "at"
    assert set("▁theacsonm") == set(pieces[-10:])
    tokenizer = Tokenizer(proto)
    (tokens,) = tokenizer.encode(tf.constant(["at cat"])).to_list()
    assert [pieces[token] for token in tokens] == ["▁", "at", "▁", "c", "at", "</s>"]
    assert tokenizer.vocabulary_size == 17


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_text_comes_back(kind):
    tokenizer = Tokenizer(train_vocabulary(LINES, 600, kind=kind))
    words = [" ".join(line.split()) for line in LINES]
    texts = [unicodedata.normalize("NFKC", text) for text in (*words, *NORMAL)]
    assert decoded(tokenizer, texts) == texts


def test_rare_words_are_unknown():
    lines = ["a b c a b a", "A, d"]
    proto = train_vocabulary(lines, 6, "words")
    tokenizer = Tokenizer(proto)
    texts = tf.constant(["b d a", "d A,  a"])
    assert tokenizer.encode(texts).to_list() == [[5, UNK, 4, EOS], [UNK, 4, EOS]]
    tokenizer = Tokenizer(train_vocabulary(lines, 6, "words", lower_case=True))
    assert tokenizer.encode(tf.constant(["A B"])).to_list() == [[4, 5, EOS]]


def test_random_text_comes_back(tokenizer):
    generator = np.random.default_rng(0)
    texts = []
    for _ in range(300):
        points = generator.integers(0, 0x3000, size=generator.integers(1, 20))
        text = unicodedata.normalize("NFKC", "".join(map(chr, points)))
        texts.append(
            " ".join(word for word in text.replace("▁", " ").split(" ") if word)
        )
    texts = [unicodedata.normalize("NFKC", text) for text in texts]
    back = decoded(tokenizer, texts)
    different = [pair for pair in zip(texts, back) if pair[0] != pair[1]]
    assert not different


def test_what_is_lost(tokenizer):
    texts = ["  two  spaces ", " ", "▁x", "ﬁ e\u0301 ①"]
    assert decoded(tokenizer, texts) == ["two spaces", "", "x", "fi é 1"]


def test_no_utf_8(tokenizer):
    tokens = tokenizer.encode(tf.constant([b"\xff a\xe2", b"\x80"]))
    texts = tokenizer.decode(tokens.to_tensor()).numpy().tolist()
    assert texts == ["\ufffd a\ufffd".encode(), "\ufffd".encode()]
    assert len(tokenizer.encode_lists(["a\ud800"])[0]) > 1


def test_lists_are_the_same_tokens(tokenizer):
    texts = [*LINES[:200], *NORMAL, "  two  spaces "]
    lists = tokenizer.encode_lists(texts)
    assert [tokens.tolist() for tokens in lists] == (
        tokenizer.encode(tf.constant(texts)).to_list()
    )
    assert {tokens.dtype for tokens in lists} == {np.dtype(np.int32)}
    assert [tokens.tolist() for tokens in tokenizer.encode_lists(texts, False)] == (
        tokenizer.encode(tf.constant(texts), add_eos=False).to_list()
    )
    assert all(tokens[-1] == 2 for tokens in lists)
    assert tokenizer.encode_lists([]) == []


def test_special_tokens_stand_for_nothing(tokenizer):
    (text,) = tokenizer.encode_lists(["the text"], add_eos=False)
    rows = [[1, *text, 2, 0], [0, *text, 1, 0], [3, 600, 9_999, 2, 0], [-1, 0, 0, 0, 0]]
    width = max(map(len, rows))
    tokens = np.array([row + [0] * (width - len(row)) for row in rows])
    texts = [text.decode() for text in tokenizer.decode(tokens).numpy()]
    assert texts[:2] == ["the text"] * 2
    assert texts[2].split() == ["⁇"] * 3
    assert texts[3] == ""
    assert tokenizer.decode(tf.zeros((0, 3), tf.int32)).shape == (0,)


def test_lower_case_is_no_case_folding():
    tokenizer = Tokenizer(train_vocabulary(LINES, 600, lower_case=True))
    texts = ["Der GROẞE Maß ÄÖÜ", "A\u0308 ﬁ ÀΣ", "İ", "ⅣABC"]
    assert decoded(tokenizer, texts) == ["der große maß äöü", "ä fi àσ", "i̇", "ivabc"]
    words = [unicodedata.normalize("NFKC", " ".join(line.split())) for line in LINES]
    assert decoded(tokenizer, words) == [word.lower() for word in words]


def test_digits_are_split():
    lines = ["1234 5678"] * 999 + LINES
    for split, most in ((True, 1), (False, 4)):
        proto = train_vocabulary(lines, 600, split_digits=split)
        processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
        pieces = [processor.id_to_piece(i).strip("▁") for i in range(600)]
        assert max(len(piece) for piece in pieces if piece.isdecimal()) == most


def test_without_bytes_what_is_rare_is_unknown():
    tokenizer = Tokenizer(train_vocabulary(CAT, 20, byte_fallback=False))
    assert tokenizer.encode_lists(["🙂 the"])[0].tolist().count(3) == 1
    assert decoded(tokenizer, ["the🙂"]) == ["the ⁇ "]


MANY = [{}, {"kind": "unigram"}, {"lower_case": True}]


def digests():
    return [hashlib.sha256(train_vocabulary(LINES, 400, **k)).hexdigest() for k in MANY]


def test_same_lines_same_vocabulary_in_silence(capfd):
    here = digests()
    assert digests() == here
    assert capfd.readouterr() == ("", "")
    assert len(set(here)) == 3


@pytest.mark.slow
def test_another_process_makes_the_same_vocabulary():
    program = f"""
import hashlib
from kerazoo.data.text.python_help import python_topics
from kerazoo.text.vocabulary import train_vocabulary
lines = python_topics().train.splitlines()[:2_000]
for k in {MANY}:
    print(hashlib.sha256(train_vocabulary(lines, 400, **k)).hexdigest())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.split() == digests(), done.stderr


@pytest.mark.parametrize(
    ("lines", "size", "options", "message"),
    [
        (
            CAT,
            300,
            {},
            "at least 270 and at most 291 tokens. Received: vocabulary_size",
        ),
        (CAT, 300, {"kind": "unigram"}, "at most 271 tokens"),
        (CAT, 10, {}, "of at least 270 tokens. Received: vocabulary_size=10"),
        (CAT, 4, {}, "above 4, the special tokens. Received: vocabulary_size=4"),
        ([], 300, {}, "Expected lines with text. Received: none"),
        (["", " "], 300, {}, "Expected lines with text. Received: none"),
        (CAT, 300, {"kind": "words"}, "at least 5 and at most"),
        (CAT, 300, {"kind": "char"}, "unigram, words. Received: kind='char'"),
    ],
)
def test_vocabulary_errors(lines, size, options, message, capfd):
    with pytest.raises(ValueError) as raised:
        train_vocabulary(lines, size, **options)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_largest_size_that_is_said_is_allowed(kind):
    with pytest.raises(ValueError) as raised:
        train_vocabulary(LINES[:20], 30_000, kind)
    largest = int(str(raised.value).split("at most ")[1].split()[0])
    smallest = int(str(raised.value).split("at least ")[1].split()[0])
    for size in (smallest, largest):
        proto = train_vocabulary(LINES[:20], size, kind)
        assert Tokenizer(proto).vocabulary_size == size
    with pytest.raises(ValueError, match=f"at least {smallest} tokens"):
        train_vocabulary(LINES[:20], smallest - 1, kind)


@pytest.mark.parametrize(
    ("kind", "size", "unknown"),
    [
        # Rare characters are made of bytes; words of which one is known are read.
        ("bpe", 291, ["the xat", "the \u65e5", b"the \xff"]),
        ("unigram", 271, ["the xat", "the \u65e5", b"the \xff"]),
        ("words", 8, ["xat", "\u65e5", b"the \xff"]),
    ],
)
def test_what_cannot_be_read_is_unknown(kind, size, unknown):
    tokenizer = Tokenizer(train_vocabulary(CAT, size, kind))

    def is_unknown(texts):
        texts = tf.constant(texts)
        return tokenizer.is_unknown(texts, tokenizer.encode(texts)).numpy().tolist()

    assert is_unknown(unknown) == [True] * 3
    assert is_unknown(["the cat", "  the  cat ", "", " "]) == [False] * 4
    if kind == "words":
        assert is_unknown(["the xat", "the \u65e5"]) == [False] * 2


def test_tokenizer_is_exported_without_a_file(tokenizer, tmp_path):
    module = tf.Module()
    module.tokenizer = tokenizer

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def there_and_back(texts):
        tokens = module.tokenizer.encode(texts).to_tensor()
        return tokens, module.tokenizer.decode(tokens)

    module.there_and_back = there_and_back
    tf.saved_model.save(module, tmp_path / "saved")
    assert not any((tmp_path / "saved" / "assets").iterdir())
    loaded = tf.saved_model.load(tmp_path / "saved")
    tokens, texts = loaded.there_and_back(tf.constant(["the text", "x"]))
    expected = tokenizer.encode(tf.constant(["the text", "x"])).to_tensor()
    np.testing.assert_array_equal(tokens, expected)
    assert texts.numpy().tolist() == [b"the text", b"x"]
