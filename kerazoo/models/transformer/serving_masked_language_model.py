"""The signatures of an exported masked language model."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.text_checks import text_checks
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.masked_text import GAP
from kerazoo.text.masked_text import encode_with_gaps
from kerazoo.text.padded import padded
from kerazoo.text.readable import is_blank
from kerazoo.text.special_tokens import MASK
from kerazoo.text.special_tokens import NUM_SPECIAL
from kerazoo.text.vocabulary import Tokenizer

_MOST_FILLINGS = 5


class ServingMaskedLanguageModel:
    """Serves a masked language model: texts with gaps in, what fits into them out.

    `fill_mask`, the default, takes `text`, strings `(B,)` in which `<mask>` stands for
    one token each. It returns `text`, the same with the likeliest token in each gap,
    and of the first gap `token`, strings `(B, R)`, the likeliest first, with its
    `probability`, float32 `(B, R)`, of R = 5 or all tokens; without a gap they are
    empty and 0. `embed` takes `text` and returns `embedding`, float32 `(B, D)`, the
    mean of its last hidden states, of a blank text 0. Both return `is_truncated`,
    whether a text was longer than `max_length` tokens and only its beginning was read,
    and `is_unknown`, whether it is not UTF-8 or has characters that the vocabulary has
    no tokens for.

    Args:
        model: `Transformer` of a `MaskedLanguageModel`, outside of any strategy.
        tokenizer: `Tokenizer` or `CharacterTokenizer`.
        max_length: int. Most tokens of a text.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_masked_language_model(tokenizer.vocabulary_size, 64, network)
    serving = ServingMaskedLanguageModel(model, tokenizer, max_length=64)
    serving.fill_mask(tf.constant(["a g<mask>od film"]))["text"]
    ```
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: Tokenizer | CharacterTokenizer,
        max_length: int,
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_masked_language_model")
        self.module.weights = [weight.value for weight in self._network.weights]
        self.module.tokenizer = tokenizer
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `fill_mask`."""
        texts = tf.TensorSpec((None,), tf.string)
        fill_mask = trace(self.fill_mask, text=texts)
        return {
            "serving_default": fill_mask,
            "fill_mask": fill_mask,
            "embed": trace(self.embed, text=texts),
        }

    def fill_mask(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns what fits into the gaps of texts."""
        tokens, notes = self._read(text)
        is_gap = tokens == MASK
        logits = self._network(tokens, training=False)[..., NUM_SPECIAL:]
        likeliest = NUM_SPECIAL + tf.argmax(logits, axis=-1, output_type=tf.int32)
        filled = self._tokenizer.decode(tf.where(is_gap, likeliest, tokens))
        place = tf.argmax(tf.cast(is_gap, tf.int32), axis=1)
        first = tf.nn.softmax(tf.gather(logits, place, batch_dims=1))  # (B, V - 4)
        count = min(_MOST_FILLINGS, first.shape[-1])
        probabilities, found = tf.math.top_k(first, count)
        names = self._tokenizer.decode(NUM_SPECIAL + tf.reshape(found, (-1, 1)))
        has_gap = tf.reduce_any(is_gap, axis=1, keepdims=True)
        return {
            "text": filled,
            "token": tf.where(has_gap, tf.reshape(names, (-1, count)), ""),
            "probability": tf.where(has_gap, probabilities, 0.0),
            **notes,
        }

    def embed(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a vector of each text."""
        tokens, notes = self._read(text)
        vectors = self._network.embed(tokens)
        vectors = tf.where(is_blank(text)[:, tf.newaxis], 0.0, vectors)
        return {"embedding": vectors, **notes}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        return {
            "serving_default": {"text": np.array([f"a {GAP}"], object)},
            "embed": {"text": np.array(["a"], object)},
        }

    def _read(self, text):
        text = checked(text, text_checks("text", text, self._limits))
        tokens = encode_with_gaps(self._tokenizer, text)
        notes = {
            "is_truncated": tokens.row_lengths() > self._max_length,
            "is_unknown": self._tokenizer.is_unknown(text, tokens) & ~is_blank(text),
        }
        return padded(tokens[:, : self._max_length]), notes
