"""The signatures of an exported speech recogniser."""

import functools
import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.transformer.decoding import TokenAutomaton
from kerazoo.models.transformer.recognizer import Recognizer
from kerazoo.models.transformer.serving_stream import ServingStream
from kerazoo.models.transformer.sound_requests import silent_file
from kerazoo.models.transformer.sound_requests import sounds_of_files
from kerazoo.models.transformer.sound_requests import sounds_of_samples
from kerazoo.models.transformer.transcript import transcripts
from kerazoo.models.transformer.transcription import check_decoding
from kerazoo.models.transformer.transcription import transcribe
from kerazoo.serving.empty_batches import with_a_row
from kerazoo.serving.limits import Limits
from kerazoo.serving.tracing import trace
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.vocabulary import Tokenizer


class ServingSpeechRecognizer:
    """Serves a speech recogniser: sounds in, texts out, the vocabulary inside.

    `transcribe`, the default, takes `wav_bytes`, strings `(B,)` that are WAV files of
    any rate and number of channels; `transcribe_samples` takes `samples`, float32
    `(B, N)` from -1 to 1 at the model's rate, and `lengths`, int32 `(B,)`, how many of
    each row count. Outputs are `text`, strings `(B,)`, and `score`, float32 `(B,)`, the
    logarithm of its probability: of `"ctc_greedy"` that of the one path, of
    `"attention"` divided by the length, with a language model together with its scores.
    `greedy` is `transcribe` with the likeliest token of each frame, which is faster.
    `n_best`, where the model searches with beams, gives the texts of all beams,
    `(B, R)`, the best first; where there are fewer, empty ones with the score -inf.
    A network with `chunk_seconds` also has the signatures of `ServingStream`.

    Args:
        model: `Recognizer`, outside of any strategy.
        tokenizer: `CharacterTokenizer` or `Tokenizer`.
        decoding: See `kerazoo.models.transformer.transcribe`; so are all others but
            the limits.
        max_length: int.
        beam_size: int.
        ctc_weight: float in [0, 1].
        language_model: `TokenAutomaton` of arrays, or None.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Raises:
        ValueError: If there is no such decoding, or it needs a decoder that the network
            has not.

    Example:

    ```python
    from kerazoo.serving import export
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("a good film")
    network = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2)
    model = make_speech_recognizer(tokenizer.vocabulary_size, 16_000, network)
    serving = ServingSpeechRecognizer(model, tokenizer)
    export(serving.module, serving.endpoints, "saved_models/example")
    ```
    """

    def __init__(
        self,
        model: Recognizer,
        tokenizer: Tokenizer | CharacterTokenizer,
        decoding: str = "ctc_beam",
        max_length: int = 256,
        beam_size: int = 8,
        ctc_weight: float = 0.3,
        language_model: TokenAutomaton | None = None,
        limits: Limits | None = None,
    ):
        self._network = model.chosen()
        check_decoding(decoding, self._network.num_decoder_layers)
        # The variables alone: TensorFlow would trace a Keras model of its own accord.
        self.module = tf.Module(name="serving_speech_recognizer")
        self.module.weights = [weight.value for weight in self._network.weights]
        self.module.tokenizer = tokenizer
        if language_model is not None:
            tables = [
                tf.Variable(table, trainable=False) for table in language_model[:3]
            ]
            self.module.language_model = tables
            scores, states, ends = tables
            language_model = TokenAutomaton(scores, states, ends, language_model.start)
        self._tokenizer = tokenizer
        self._decoding = decoding
        self._search = {
            "max_length": max_length,
            "beam_size": beam_size,
            "ctc_weight": ctc_weight,
            "language_model": language_model,
        }
        self._rate = self._network.sample_rate
        self._limits = limits or Limits()
        self._of_streams = None
        if self._network.chunk_size is not None:
            self._of_streams = ServingStream(self._network, tokenizer, self._limits)

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `transcribe`."""
        files = tf.TensorSpec((None,), tf.string)
        transcribed = trace(self.transcribe, wav_bytes=files)
        found = {
            "serving_default": transcribed,
            "transcribe": transcribed,
            "transcribe_samples": trace(
                self.transcribe_samples,
                samples=tf.TensorSpec((None, None), tf.float32),
                lengths=tf.TensorSpec((None,), tf.int32),
            ),
            "greedy": trace(self.greedy, wav_bytes=files),
        }
        if self._decoding != "ctc_greedy":
            found["n_best"] = trace(self.n_best, wav_bytes=files)
        return found if self._of_streams is None else found | self._of_streams.endpoints

    def transcribe(self, wav_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns what is said in WAV files."""
        return self._best(self._decoded(wav_bytes), self._decoding)

    def transcribe_samples(
        self, samples: tf.Tensor, lengths: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns what is said in samples."""
        return self._best(self._checked(samples, lengths), self._decoding)

    def greedy(self, wav_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the text of the likeliest token of each frame."""
        return self._best(self._decoded(wav_bytes), "ctc_greedy")

    def greedy_samples(
        self, samples: tf.Tensor, lengths: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Returns the same of samples; no signature."""
        return self._best(self._checked(samples, lengths), "ctc_greedy")

    def n_best(self, wav_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the texts of all beams, the best first."""
        count = self._search["beam_size"]
        return self._texts(self._decoded(wav_bytes), self._decoding, count)

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a request of each signature, for TensorFlow Serving's warm-up."""
        files = {"wav_bytes": np.array([silent_file(self._rate)], object)}
        samples = {
            "samples": np.zeros((1, self._rate // 2), np.float32),
            "lengths": np.array([self._rate // 2], np.int32),
        }
        names = ("serving_default", "greedy", "n_best")
        return {
            **{name: files for name in names if name in self.endpoints},
            "transcribe_samples": samples,
            **({} if self._of_streams is None else self._of_streams.example()),
        }

    def _decoded(self, wav_bytes):
        return sounds_of_files(wav_bytes, self._rate, self._limits)

    def _checked(self, samples, lengths):
        return sounds_of_samples(samples, lengths, self._rate, self._limits)

    def _best(self, inputs, decoding):
        found = self._texts(inputs, decoding, 1)
        return {name: value[:, 0] for name, value in found.items()}

    def _texts(self, inputs, decoding, count):
        samples, lengths = inputs
        rows = tf.shape(samples)[0]
        # One row and one frame at least, that there is something to see.
        samples, lengths = map(with_a_row, (samples, lengths))
        samples = tf.pad(samples, [[0, 0], [0, 1]])
        found = transcribe(
            *(self._network, (samples, lengths), decoding),
            num_results=count,
            **self._search,
        )
        tokens = tf.reshape(found.tokens, (-1, tf.shape(found.tokens)[2]))
        texts = tf.reshape(transcripts(self._tokenizer, tokens), (-1, count))
        return {"text": texts[:rows], "score": found.scores[:rows]}
