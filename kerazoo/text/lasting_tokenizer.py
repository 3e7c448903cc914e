"""SentencePiece in a graph, that outlives TensorFlow's kernels."""

import hashlib

import tensorflow_text
from tensorflow_text.python.ops import sentencepiece_tokenizer


def lasting_tokenizer(proto: bytes) -> tensorflow_text.SentencepieceTokenizer:
    """Returns a tokenizer that works on after `tf.random.set_seed`.

    A seed lets go of all kernels, and a kernel owns the vocabulary of TensorFlow Text's
    tokenizer. Here it has a name of its own, the same for equal vocabularies.

    Args:
        proto: bytes, as `train_vocabulary` returns.

    Example:

    ```python
    from kerazoo.text import train_vocabulary

    tokenizer = lasting_tokenizer(train_vocabulary(["the cat sat on the mat"], 270))
    tf.random.set_seed(1)
    tokenizer.tokenize(tf.constant(["the mat"]))
    ```
    """
    tokenizer = tensorflow_text.SentencepieceTokenizer(proto)
    tokenizer._model_resource = _NamedModel(proto, None)
    return tokenizer


class _NamedModel(sentencepiece_tokenizer._SentencepieceModelResource):
    def _create_resource(self):
        return sentencepiece_tokenizer.gen_sentencepiece_tokenizer.sentencepiece_op(
            model=self._model, shared_name=hashlib.sha256(self._model).hexdigest()
        )
