"""The signatures of an exported language model."""

import functools
import math
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.decoding import sample
from kerazoo.models.transformer.generation import go_on
from kerazoo.models.transformer.text_checks import text_checks
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.padded import padded
from kerazoo.text.vocabulary import Tokenizer


class ServingLanguageModel:
    """Serves a language model: a text in, how it goes on out, the vocabulary inside.

    `generate`, the default, takes `prompt`, strings `(B,)`, `seed`, `temperature`, 0
    for the likeliest tokens, and `top_p`, 1 for all tokens. It returns `text`, strings
    `(B,)`, the prompts as the vocabulary writes them and how they go on, until an end
    or `max_length` tokens in all, and `is_truncated`, whether a prompt was so long that
    only its end was read. `score` takes `text` and returns its `log_probability`,
    natural, and `num_tokens`, of its first `max_length - 1` tokens. Both return
    `is_unknown`, whether a text is not UTF-8 or has characters that the vocabulary has
    no tokens for. Equal requests give equal texts.

    Args:
        model: `Transformer` of a `CausalLanguageModel`, outside of any strategy.
        tokenizer: `Tokenizer` or `CharacterTokenizer`.
        max_length: int, 3 or more. Most tokens of prompt and continuation together.
        start: int. Token that a text begins after, such as that of a line break.
        has_end: bool. Whether texts of training ended with a token that says so.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Raises:
        ValueError: If `max_length` is below 3.

    Example:

    ```python
    from kerazoo.serving import export
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_language_model(tokenizer.vocabulary_size, 64, network)
    serving = ServingLanguageModel(model, tokenizer, max_length=64, start=2)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: Tokenizer | CharacterTokenizer,
        max_length: int,
        start: int,
        has_end: bool = True,
        limits: Limits | None = None,
    ):
        if max_length < 3:
            raise ValueError(
                f"`max_length` must be 3 or more. Received: max_length={max_length}"
            )
        self._network = model.chosen()
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_language_model")
        self.module.weights = [weight.value for weight in self._network.weights]
        self.module.tokenizer = tokenizer
        self._tokenizer = tokenizer
        self._max_length = max_length
        self._start = start
        self._has_end = has_end
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `generate`."""
        texts = tf.TensorSpec((None,), tf.string)
        number = tf.TensorSpec((), tf.float32)
        generate = trace(
            self.generate,
            prompt=texts,
            seed=tf.TensorSpec((), tf.int32),
            temperature=number,
            top_p=number,
        )
        return {
            "serving_default": generate,
            "generate": generate,
            "score": trace(self.score, text=texts),
        }

    def generate(
        self,
        prompt: tf.Tensor,
        seed: tf.Tensor,
        temperature: tf.Tensor,
        top_p: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns prompts and how they go on."""
        checks = [
            *text_checks("prompt", prompt, self._limits),
            in_range("temperature", temperature, 0, math.inf),
            in_range("top_p", top_p, 0, 1, above=True),
        ]
        prompt, temperature, top_p = checked((prompt, temperature, top_p), checks)
        tokens = self._tokenizer.encode(prompt, add_eos=False)
        longest = self._max_length - 2  # Beside the start and one new token.
        notes = {
            "is_truncated": tokens.row_lengths() > longest,
            "is_unknown": self._tokenizer.is_unknown(prompt, tokens),
        }
        tokens = tokens[:, -longest:]
        first = tf.fill([tokens.nrows(), 1], self._start)
        whole = tf.concat([first, tokens], axis=1).to_tensor()
        found = go_on(
            self._network,
            whole,
            self._max_length,
            sample,
            seed=seed,
            temperature=temperature,
            top_p=top_p,
        )
        return {"text": self._tokenizer.decode(found.tokens), **notes}

    def score(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns how likely texts are."""
        text = checked(text, text_checks("text", text, self._limits))
        tokens = self._tokenizer.encode(text, add_eos=self._has_end)
        is_unknown = self._tokenizer.is_unknown(text, tokens)
        tokens = padded(tokens[:, : self._max_length - 1])
        inputs = tf.pad(tokens[:, :-1], [[0, 0], [1, 0]], constant_values=self._start)
        logits = self._network(inputs, training=False)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tokens, logits)
        counts = tf.cast(tokens > 0, tf.float32)
        return {
            "log_probability": -tf.reduce_sum(losses * counts, axis=1),
            "num_tokens": tf.cast(tf.reduce_sum(counts, axis=1), tf.int32),
            "is_unknown": is_unknown,
        }

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        text = np.array(["a"], object)
        return {
            "serving_default": {
                "prompt": text,
                "seed": np.array(0, np.int32),
                "temperature": np.array(1, np.float32),
                "top_p": np.array(1, np.float32),
            },
            "score": {"text": text},
        }
