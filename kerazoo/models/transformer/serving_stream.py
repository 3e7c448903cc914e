"""The signatures of an exported speech recogniser that hear sound as it goes on."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.decoding.ctc import collapsed
from kerazoo.models.transformer.networks import SpeechRecognizer
from kerazoo.models.transformer.sample_checks import sample_checks
from kerazoo.models.transformer.stream_state import packed
from kerazoo.models.transformer.stream_state import unpacked
from kerazoo.models.transformer.transcript import transcripts
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import is_finite
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.special_tokens import PAD
from kerazoo.text.vocabulary import Tokenizer


class ServingStream:
    """Hears the next chunk of each sound of a request; the client keeps the state.

    `stream` takes `samples`, float32 `(B, window_samples)` of which the next call's
    begin `chunk_samples` later; `lengths`, int32 `(B,)`, how many of each row count,
    fewer at the end of its sound; and `state`, float32 `(B, N)`, zeros when a sound
    begins. It gives the next `state`, and `path`, int32 `(B, chunk_size)`, the
    likeliest token of each frame. `stream_text` makes `text`, strings `(B,)`, of a
    `path` `(B, T)`, all of them so far one after the other.

    Args:
        network: `SpeechRecognizer` with `chunk_seconds`.
        tokenizer: `CharacterTokenizer` or `Tokenizer`.
        limits: What a request may ask for. Default: `Limits()`.

    Raises:
        ValueError: If the network has no chunks.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = SpeechRecognizer(
        tokenizer.vocabulary_size, 16, num_layers=1, num_heads=2, chunk_seconds=0.32
    )
    network.build(None)
    serving = ServingStream(network, tokenizer)
    stream = serving.endpoints["stream"]
    stream(**serving.example()["stream"])["path"]  # (1, 8)
    ```
    """

    def __init__(
        self,
        network: SpeechRecognizer,
        tokenizer: Tokenizer | CharacterTokenizer,
        limits: Limits | None = None,
    ):
        self._network = network
        self._tokenizer = tokenizer
        self._limits = limits or Limits()
        self._state_size = packed(network.start_stream(1)).shape[1]

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function."""
        window = self._network.window_samples
        return {
            "stream": trace(
                self.stream,
                samples=tf.TensorSpec((None, window), tf.float32),
                lengths=tf.TensorSpec((None,), tf.int32),
                state=tf.TensorSpec((None, self._state_size), tf.float32),
            ),
            "stream_text": trace(
                self.stream_text, path=tf.TensorSpec((None, None), tf.int32)
            ),
        }

    def stream(
        self, samples: tf.Tensor, lengths: tf.Tensor, state: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the likeliest tokens of the next chunks, and what is remembered."""
        rows = tf.shape(samples)[0]
        checks = [
            *sample_checks(samples, lengths, self._limits),
            has_rows_of("state", state, "`samples`", rows),
            is_finite("state", state, many=True),
        ]
        inputs = checked((samples, lengths, state), checks)
        samples, lengths, state = map(with_a_row, inputs)
        logits, counts, after = self._network.stream(
            samples, lengths, unpacked(state, self._network.start_stream(1))
        )
        path = tf.argmax(logits, axis=-1, output_type=tf.int32)
        path = tf.where(tf.sequence_mask(counts, self._network.chunk_size), path, PAD)
        return {"path": path[:rows], "state": packed(after)[:rows]}

    def stream_text(self, path: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the texts of the tokens of all frames."""
        path = checked(path, [has_rows("path", path, self._limits.max_examples)])
        path = tf.pad(path, [[0, 0], [0, 1]])  # One token at least, for nothing.
        tokens, _ = collapsed(path, tf.fill(tf.shape(path)[:1], tf.shape(path)[1]))
        return {"text": transcripts(self._tokenizer, tokens)}

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        size = self._network.window_samples
        return {
            "stream": {
                "samples": np.zeros((1, size), np.float32),
                "lengths": np.array([size], np.int32),
                "state": np.zeros((1, self._state_size), np.float32),
            },
            "stream_text": {"path": np.zeros((1, 1), np.int32)},
        }
