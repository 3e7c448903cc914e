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
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.padded import padded
from kerazoo.text.special_tokens import PAD
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

    With a `separator`, which stands between prompts and answers, `generate` returns
    `answer`, too, strings `(B,)`, what comes after the prompt; and `score` takes
    `prompt` and `answer` and says how likely the answer is.

    Args:
        model: `Transformer` of a `CausalLanguageModel`, outside of any strategy.
        tokenizer: `Tokenizer` or `CharacterTokenizer`.
        max_length: int, 3 or more. Most tokens of prompt and continuation together.
        start: int. Token that a text begins after, such as that of a line break.
        has_end: bool. Whether texts of training ended with a token that says so.
        separator: int or None. Token between a prompt and its answer; None for a model
            that goes on with the prompt itself.
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
        separator: int | None = None,
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
        self._separator = separator
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
        if self._separator is None:
            score = trace(self.score, text=texts)
        else:
            score = trace(self.score_answers, prompt=texts, answer=texts)
        return {"serving_default": generate, "generate": generate, "score": score}

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
        # Beside the start, the separator and one new token.
        longest = self._max_length - 2 - (self._separator is not None)
        notes = {
            "is_truncated": tokens.row_lengths() > longest,
            "is_unknown": self._tokenizer.is_unknown(prompt, tokens),
        }
        tokens = tokens[:, -longest:]
        whole = self._with_marks(tokens).to_tensor()
        found = go_on(
            self._network,
            whole,
            self._max_length,
            sample,
            seed=seed,
            temperature=temperature,
            top_p=top_p,
        )
        text = {"text": self._tokenizer.decode(found.tokens)}
        if self._separator is not None:
            is_mark = tf.cast(found.tokens == self._separator, tf.int32)
            is_after = tf.cumsum(is_mark, axis=1) > 0
            answers = tf.where(is_after, found.tokens, PAD)
            text["answer"] = self._tokenizer.decode(answers)
        return {**text, **notes}

    def score(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns how likely texts are."""
        text = checked(text, text_checks("text", text, self._limits))
        tokens = self._tokenizer.encode(text, add_eos=self._has_end)
        is_unknown = self._tokenizer.is_unknown(text, tokens)
        tokens = padded(tokens[:, : self._max_length - 1])
        return {**self._score(tokens, tokens > PAD), "is_unknown": is_unknown}

    def score_answers(
        self, prompt: tf.Tensor, answer: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns how likely answers are."""
        checks = [
            *text_checks("prompt", prompt, self._limits),
            *text_checks("answer", answer, self._limits),
            has_rows_of("answer", answer, "`prompt`", tf.shape(prompt)[0]),
        ]
        prompt, answer = checked((prompt, answer), checks)
        asked = self._tokenizer.encode(prompt, add_eos=False)
        said = self._tokenizer.encode(answer, add_eos=self._has_end)
        is_unknown = self._tokenizer.is_unknown(prompt, asked)
        is_unknown |= self._tokenizer.is_unknown(answer, said)
        whole = tf.concat([self._with_marks(asked)[:, 1:], said], axis=1)
        tokens = padded(whole[:, : self._max_length - 1])
        places = tf.range(tf.shape(tokens)[1], dtype=tf.int64)
        is_said = places > asked.row_lengths()[:, tf.newaxis]
        counts = is_said & (tokens > PAD)
        return {**self._score(tokens, counts), "is_unknown": is_unknown}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        text = np.array(["a"], object)
        scored = {"text": text}
        if self._separator is not None:
            scored = {"prompt": text, "answer": text}
        return {
            "serving_default": {
                "prompt": text,
                "seed": np.array(0, np.int32),
                "temperature": np.array(1, np.float32),
                "top_p": np.array(1, np.float32),
            },
            "score": scored,
        }

    def _with_marks(self, tokens):
        """Puts the start before texts, and the separator after, where there is one."""
        ends = [self._start, self._separator]
        first, last = (
            None if mark is None else tf.fill([tokens.nrows(), 1], mark)
            for mark in ends
        )
        parts = [part for part in (first, tokens, last) if part is not None]
        return tf.concat(parts, axis=1)

    def _score(self, tokens, counts):
        """Returns the probability of the tokens that count, and their number."""
        inputs = tf.pad(tokens[:, :-1], [[0, 0], [1, 0]], constant_values=self._start)
        logits = self._network(inputs, training=False)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tokens, logits)
        counts = tf.cast(counts, tf.float32)
        return {
            "log_probability": -tf.reduce_sum(losses * counts, axis=1),
            "num_tokens": tf.cast(tf.reduce_sum(counts, axis=1), tf.int32),
        }
