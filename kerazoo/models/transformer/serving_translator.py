"""The signatures of an exported translator."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.decoding import beam_search
from kerazoo.models.transformer.decoding import greedy
from kerazoo.models.transformer.generation import write
from kerazoo.models.transformer.text_checks import text_checks
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.serving.halves import in_halves
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.padded import padded
from kerazoo.text.readable import is_blank
from kerazoo.text.vocabulary import Tokenizer

FEWEST_ROWS = 256  # Of texts, or their beams, that are written in two halves.


class ServingTranslator:
    """Serves a translator: texts in, texts out, the vocabulary inside.

    `translate`, the default, searches with beams; `greedy` takes the likeliest token
    each time, which is faster; `n_best` gives all beams. Their input is `text`, strings
    `(B,)`. Outputs are `translation`, strings `(B,)`, of `n_best` `(B, R)` from the
    best on, `score` of the same shape, the logarithm of the probability divided by a
    power of the length, and `is_truncated` `(B,)`, whether a text was longer than
    `max_source_length` tokens and only its beginning was read, and `is_unknown` `(B,)`,
    whether a text is not UTF-8 or has characters that the vocabulary has no tokens for.
    The translation of a blank text is empty, and its score 0.

    Args:
        model: `Transformer` of an `EncoderDecoder`, outside of any strategy.
        tokenizer: `Tokenizer` or `CharacterTokenizer` of both languages.
        max_length: int. Most tokens of a translation.
        max_source_length: int. Most tokens of a text.
        beam_size: int.
        length_penalty: float, as of `beam_search`.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.serving import export
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_translator(tokenizer.vocabulary_size, 64, network)
    serving = ServingTranslator(model, tokenizer, max_length=64)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: Tokenizer | CharacterTokenizer,
        max_length: int,
        max_source_length: int = 256,
        beam_size: int = 4,
        length_penalty: float = 1.0,
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_translator")
        self.module.weights = [weight.value for weight in self._network.weights]
        self.module.tokenizer = tokenizer
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._max_source_length = max_source_length
        self._beams = {"beam_size": beam_size, "length_penalty": length_penalty}
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `translate`."""
        text = tf.TensorSpec((None,), tf.string)
        translate = trace(self.translate, text=text)
        return {
            "serving_default": translate,
            "translate": translate,
            "greedy": trace(self.greedy, text=text),
            "n_best": trace(self.n_best, text=text),
        }

    def translate(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the best translation of beam search."""
        found, notes = self._write(text, beam_search, **self._beams)
        translations = self._tokenizer.decode(found.tokens[:, 0])
        return {**_but_of_blank(text, translations, found.scores[:, 0]), **notes}

    def greedy(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the translation of the likeliest tokens."""
        found, notes = self._write(text, greedy)
        penalty = self._beams["length_penalty"]
        lengths = tf.cast(tf.maximum(found.lengths, 1), tf.float32)
        translations = self._tokenizer.decode(found.tokens)
        scores = found.scores / lengths**penalty
        return {**_but_of_blank(text, translations, scores), **notes}

    def n_best(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the translations of all beams, the best first."""
        count = self._beams["beam_size"]
        found, notes = self._write(text, beam_search, num_results=count, **self._beams)
        tokens = tf.reshape(found.tokens, (-1, found.tokens.shape[-1]))
        translations = tf.reshape(self._tokenizer.decode(tokens), (-1, count))
        return {**_but_of_blank(text, translations, found.scores), **notes}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        request = {"text": np.array(["1"], object)}
        return dict.fromkeys(("serving_default", "greedy", "n_best"), request)

    def _write(self, text, decode, **arguments):
        text = checked(text, text_checks("text", text, self._limits))
        tokens = self._tokenizer.encode(text)
        notes = {
            "is_truncated": tokens.row_lengths() > self._max_source_length,
            "is_unknown": self._tokenizer.is_unknown(text, tokens) & ~is_blank(text),
        }
        source = padded(tokens[:, : self._max_source_length])

        def found(source):
            return write(self._network, source, self._max_length, decode, **arguments)

        beams = arguments.get("beam_size", 1)
        return in_halves(found, source, fewest=FEWEST_ROWS // beams), notes


def _but_of_blank(text, translations, scores):
    """Returns translations and scores, nothing and 0 of blank texts."""
    is_blank_text = tf.reshape(is_blank(text), [-1] + [1] * (scores.shape.rank - 1))
    return {
        "translation": tf.where(is_blank_text, "", translations),
        "score": tf.where(is_blank_text, 0.0, scores),
    }
