"""Tokenizers in graphs last."""

import sentencepiece
import tensorflow as tf

from kerazoo.text.lasting_tokenizer import lasting_tokenizer
from kerazoo.text.vocabulary import train_vocabulary


def test_tokens_stay_after_a_seed():
    protos = [train_vocabulary([text], 270) for text in ("the cat", "un chien")]
    tokenizers = [lasting_tokenizer(proto) for proto in (*protos, protos[0])]
    function = tf.function(tokenizers[0].tokenize)
    for seed in (None, 1, 2):
        if seed is not None:
            tf.random.set_seed(seed)
        for tokenizer, proto in zip(tokenizers, (*protos, protos[0])):
            model = sentencepiece.SentencePieceProcessor(model_proto=proto)
            expected = model.encode("the chien")
            assert tokenizer.tokenize(["the chien"]).to_list() == [expected]
        assert function(tf.constant(["the cat"])).to_list() == [
            sentencepiece.SentencePieceProcessor(model_proto=protos[0]).encode(
                "the cat"
            )
        ]


def test_exported_tokenizer_is_its_own(tmp_path):
    module = tf.Module()
    module.tokenizer = lasting_tokenizer(train_vocabulary(["the cat"], 270))
    module.encode = tf.function(
        module.tokenizer.tokenize, [tf.TensorSpec((None,), tf.string)]
    )
    expected = module.encode(tf.constant(["the cat"])).to_list()
    tf.saved_model.save(module, tmp_path)
    again = tf.saved_model.load(tmp_path)
    del module
    tf.random.set_seed(1)
    assert again.encode(tf.constant(["the cat"])).to_list() == expected
