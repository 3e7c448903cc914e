import pytest
import tensorflow as tf

from kerazoo.text import EOS
from kerazoo.text import MASK
from kerazoo.text import CharacterTokenizer
from kerazoo.text import Tokenizer
from kerazoo.text import train_vocabulary
from kerazoo.text.masked_text import encode_with_gaps

LINES = ["the cat sat on the mat.", "a hat. the hat"]


@pytest.fixture(scope="module")
def subwords():
    return Tokenizer(train_vocabulary(LINES, 290))


@pytest.mark.parametrize("kind", ["characters", "subwords"])
def test_texts_without_gaps_are_as_ever(kind, subwords):
    tokenizer = subwords
    if kind == "characters":
        tokenizer = CharacterTokenizer.of("".join(LINES))
    texts = tf.constant([*LINES, "", " the  hat "])
    found = encode_with_gaps(tokenizer, texts)
    assert found.to_list() == tokenizer.encode(texts).to_list()
    assert encode_with_gaps(tokenizer, texts[:0]).to_list() == []


def test_a_gap_is_one_token_in_its_place(subwords):
    (whole,) = subwords.encode_lists(["the cat sat on the mat."])
    whole = whole.tolist()
    places = {0: "<mask> cat sat on the mat.", 1: "the <mask> sat on the mat."}
    places[5] = "the cat sat on the <mask>."  # What follows is no new word.
    for place, text in places.items():
        expected = [*whole[:place], MASK, *whole[place + 1 :]]
        assert encode_with_gaps(subwords, tf.constant([text])).to_list() == [expected]
    two = tf.constant(["<mask><mask> hat", "<mask>"])
    hat = subwords.encode_lists(["hat"])[0].tolist()
    expected = [[MASK, MASK, *hat], [MASK, EOS]]
    assert encode_with_gaps(subwords, two).to_list() == expected


def test_gaps_of_characters():
    tokenizer = CharacterTokenizer.of("to be")
    (found,) = encode_with_gaps(tokenizer, tf.constant(["t<mask> be"])).to_list()
    expected = tokenizer.encode_lists(["to be"])[0].tolist()
    assert found == [expected[0], MASK, *expected[2:]]


def test_words_begin_where_there_is_a_space(subwords):
    tokens = subwords.encode_lists(["the hat."])[0]
    assert subwords.begins_word[tokens].tolist() == [True, True, False, False]
    characters = CharacterTokenizer.of("to be")
    tokens = characters.encode_lists(["o b"])[0]
    assert characters.begins_word[tokens].tolist() == [False, True, False, False]
