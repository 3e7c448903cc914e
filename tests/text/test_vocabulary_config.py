import hashlib

import pytest

from kerazoo.text import CharacterTokenizer
from kerazoo.text import Tokenizer
from kerazoo.text import VocabularyConfig
from kerazoo.text import digest
from kerazoo.text import train_vocabulary

LINES = ["the cat sat on the mat 1234", "the hat"] * 3


def test_kind_is_that_of_the_task_where_none_is_said():
    assert isinstance(VocabularyConfig(vocabulary_size=280).make(LINES), Tokenizer)
    characters = VocabularyConfig().make(LINES, "characters")
    assert isinstance(characters, CharacterTokenizer)
    config = VocabularyConfig("bpe", 280)
    assert isinstance(config.make(LINES, "characters"), Tokenizer)


@pytest.mark.parametrize("kind", ["bpe", "unigram", "words"])
@pytest.mark.parametrize("more", [{}, {"split_digits": False}, {"lower_case": True}])
def test_vocabulary_is_the_one_of_these_arguments(kind, more):
    size = 7 if kind == "words" else 276
    tokenizer = VocabularyConfig(kind, size, **more).make(LINES)
    options = {"split_digits": True, **more}
    assert tokenizer.proto == train_vocabulary(LINES, size, kind, **options)


@pytest.mark.parametrize(
    ("kind", "smallest", "largest"), [("bpe", 274, 299), ("words", 5, 11)]
)
def test_default_size_gives_way_to_the_text(kind, smallest, largest, caplog):
    caplog.set_level("INFO", "kerazoo")
    given, default = VocabularyConfig(kind, largest), VocabularyConfig(kind)
    assert default.make(LINES).proto == given.make(LINES).proto
    assert caplog.messages == [
        f"The vocabulary has {largest} tokens, the most that the text allows, and not "
        "8,000 as by default"
    ]
    # What is given is refused, and what the text allows is taken without a word.
    message = f"at least {smallest} and at most {largest} tokens. Received: vocabulary_"
    with pytest.raises(ValueError, match=f"{message}size={largest + 1}"):
        VocabularyConfig(kind, largest + 1).make(LINES)
    caplog.clear()
    size = (smallest + largest) // 2
    assert default.make(LINES, most_tokens=size).vocabulary_size == size
    assert not caplog.messages


def test_default_size_grows_where_the_text_needs_it(caplog):
    caplog.set_level("INFO", "kerazoo")
    signs = ["".join(map(chr, range(0x4E00, 0x4E00 + 200)))]
    tokenizer = VocabularyConfig().make(signs, most_tokens=300)
    assert tokenizer.vocabulary_size == 4 + 256 + 1 + 200  # Bytes, the space, signs.
    assert "461 tokens, the fewest that the text allows, and not 300" in caplog.text


def test_characters_have_a_line_break():
    tokenizer = VocabularyConfig("characters").make(["ab", "c"])
    assert tokenizer.characters == "\nabc"


def test_digest_tells_vocabularies_apart():
    tokenizers = [
        VocabularyConfig("characters").make(LINES),
        VocabularyConfig("characters").make(LINES[1:2]),
        VocabularyConfig("bpe", 280).make(LINES),
        VocabularyConfig("bpe", 279).make(LINES),
    ]
    assert len({digest(tokenizer) for tokenizer in tokenizers}) == 4
    content = tokenizers[2].proto
    assert digest(tokenizers[2]) == hashlib.sha256(content).hexdigest()
    expected = hashlib.sha256(tokenizers[1].characters.encode()).hexdigest()
    assert digest(tokenizers[1]) == expected


def test_words_can_only_be_read():
    for kind in (None, "bpe", "unigram", "characters"):
        VocabularyConfig(kind).check_can_write()
    with pytest.raises(ValueError, match="Received: vocabulary=words"):
        VocabularyConfig("words").check_can_write()


def test_mistakes_raise():
    with pytest.raises(ValueError, match="bpe, .*characters. .*vocabulary=syllables"):
        VocabularyConfig("syllables")
    with pytest.raises(ValueError, match="lower_case=True, vocabulary=characters"):
        VocabularyConfig("characters", lower_case=True).make(LINES)
    with pytest.raises(ValueError, match="Received: vocabulary_size=9000"):
        VocabularyConfig("bpe", 9_000).make(LINES)
