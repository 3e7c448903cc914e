import keras
import numpy as np
import pytest
import tensorflow as tf

from kerazoo.text.characters import CharacterTokenizer

TEXTS = ["to be", "", "  two\n\0lines\t", "Zürich 🙂", "é e\u0301"]


def test_tokens_by_hand():
    tokenizer = CharacterTokenizer("ba 🙂")
    tokens = tokenizer.encode(tf.constant(["a🙂b", "", "ab c"]))
    assert tokens.dtype == tf.int32
    assert tokens.to_list() == [[5, 7, 4, 2], [2], [5, 4, 6, 3, 2]]
    assert tokenizer.encode(tf.constant(["ab"]), add_eos=False).to_list() == [[5, 4]]
    texts = tokenizer.decode([[1, 5, 7, 4, 2, 0], [0, 3, 8, 99, -1, 6]]).numpy()
    assert [text.decode() for text in texts] == ["a🙂b", "\ufffd\ufffd\ufffd "]
    assert tokenizer.vocabulary_size == 8


def test_characters_come_back_exactly():
    tokenizer = CharacterTokenizer.of("".join(TEXTS))
    assert tokenizer.characters == "".join(sorted(set("".join(TEXTS))))
    tokens = tokenizer.encode(tf.constant(TEXTS)).to_tensor()
    assert [text.decode() for text in tokenizer.decode(tokens).numpy()] == TEXTS


def test_texts_of_unknown_characters():
    tokenizer = CharacterTokenizer("ab ")
    texts = tf.constant(["ab a", "", "abc", b"ab\xff", "\ufffd"])
    is_unknown = tokenizer.is_unknown(texts, tokenizer.encode(texts))
    assert is_unknown.numpy().tolist() == [False, False, True, True, True]


def test_lists_are_the_same_characters():
    tokenizer = CharacterTokenizer.of("".join(TEXTS))
    texts = [*TEXTS, "unknown: ΩЖ\uffff", "\U0010ffff"]
    for add_eos in (True, False):
        lists = tokenizer.encode_lists(texts, add_eos)
        assert [tokens.tolist() for tokens in lists] == (
            tokenizer.encode(tf.constant(texts), add_eos).to_list()
        )
        assert {tokens.dtype for tokens in lists} == {np.dtype(np.int32)}


def test_characters_that_are_no_utf_8_are_unknown():
    tokenizer = CharacterTokenizer("ab")
    tokens = tokenizer.encode(tf.constant([b"a\xffb\xe2"]))
    assert tokens.to_list() == [[4, 3, 5, 3, 2]]
    assert tokenizer.encode_lists(["a\ud800"])[0].tolist() == [4, 3, 2]


def test_config_round_trip():
    tokenizer = CharacterTokenizer("xyz🙂")
    config = keras.saving.serialize_keras_object(tokenizer)
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == {"characters": "xyz🙂"}
    np.testing.assert_array_equal(
        restored.encode_lists(["zx🙂"])[0], tokenizer.encode_lists(["zx🙂"])[0]
    )


def test_character_tokenizer_is_exported(tmp_path):
    module = tf.Module()
    module.tokenizer = CharacterTokenizer("abc")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def there_and_back(texts):
        tokens = module.tokenizer.encode(texts).to_tensor()
        return tokens, module.tokenizer.decode(tokens)

    module.there_and_back = there_and_back
    tf.saved_model.save(module, tmp_path)
    tokens, texts = tf.saved_model.load(tmp_path).there_and_back(tf.constant(["cab"]))
    assert tokens.numpy().tolist() == [[6, 4, 5, 2]]
    assert texts.numpy().tolist() == [b"cab"]


@pytest.mark.parametrize("characters", ["", "aba"])
def test_character_errors(characters):
    with pytest.raises(ValueError, match=f"Received: characters='{characters}'"):
        CharacterTokenizer(characters)
