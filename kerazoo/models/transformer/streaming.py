"""Texts of sound that goes on."""

import typing
from collections.abc import Mapping

import numpy as np
import tensorflow as tf


class StreamingRecognizer:
    """Writes what is said while it is said, chunk by chunk.

    The text is that of the likeliest token of each frame, as `ctc_greedy` reads them of
    the whole sound. What the network remembers of a chunk, and of the sound before, is
    as large however long a sound goes on: nothing is computed twice.

    Args:
        signatures: Mapping of names to functions: `endpoints` of a `ServingStream`, or
            those of an export, which `kerazoo.serving.load_signatures` reads. It has
            `stream` and `stream_text` where the network has `chunk_seconds`.
        chunk_samples: int. `chunk_samples` of the network, and of the metadata of an
            export.

    Raises:
        ValueError: If the functions are not there.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("to be or not")
    network = SpeechRecognizer(
        tokenizer.vocabulary_size, 16, num_layers=1, num_heads=2, chunk_seconds=0.32
    )
    network.build(None)
    signatures = ServingStream(network, tokenizer).endpoints
    hear = StreamingRecognizer(signatures, network.chunk_samples)
    for piece in np.split(np.zeros(16_000, "float32"), 10):
        text = hear(piece)  # All so far.
    text = hear.finish()
    ```
    """

    def __init__(
        self, signatures: Mapping[str, typing.Any], chunk_samples: int
    ) -> None:
        if not {"stream", "stream_text"} <= set(signatures):
            raise ValueError(
                "A stream needs a model that was trained with `chunk_seconds`. "
                f"Received: signatures {', '.join(sorted(signatures))}"
            )
        self._stream = signatures["stream"]
        self._write = signatures["stream_text"]
        self._chunk = chunk_samples
        self._samples: np.ndarray
        specs = self._stream.structured_input_signature[1]
        self._window = specs["samples"].shape[1]
        self._state_size = specs["state"].shape[1]
        self._begin()

    def __call__(self, samples: np.ndarray) -> str:
        """Hears on.

        Args:
            samples: float `(N,)` from -1 to 1, those that follow; as many as there are.

        Returns:
            The text of all chunks so far.

        Raises:
            ValueError: If the samples have another rank.
        """
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1:
            raise ValueError(
                "`samples` must have shape (samples,). "
                f"Received: samples.shape={samples.shape}"
            )
        self._samples = np.concatenate([self._samples, samples])
        while len(self._samples) >= self._window:
            self._hear()
        return self._text()

    def finish(self) -> str:
        """Returns the text to the end of the sound, and begins with another one."""
        while len(self._samples):
            self._hear()
        text = self._text()
        self._begin()
        return text

    def _begin(self) -> None:
        self._samples = np.zeros(0, np.float32)
        self._state = tf.zeros((1, self._state_size))
        self._path: list[int] = []
        self._written = 0, ""  # How much of the path is written, and its text.

    def _hear(self):
        window = self._samples[: self._window]
        found = self._stream(
            samples=tf.constant(np.pad(window, (0, self._window - len(window)))[None]),
            lengths=tf.constant([len(window)], tf.int32),
            state=self._state,
        )
        self._state = found["state"]
        self._samples = self._samples[self._chunk :]
        for token in found["path"].numpy()[0].tolist():
            if token != (self._path or [0])[-1]:  # Repeated ones say nothing more.
                self._path.append(token)

    def _text(self):
        count, text = self._written
        if count != len(self._path):
            found = self._write(path=tf.constant([self._path], tf.int32))
            text = found["text"].numpy()[0].decode(errors="replace")
            self._written = len(self._path), text
        return text
