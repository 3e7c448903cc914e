"""Texts of sounds by exported models."""

import os
import typing

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Its operations are in the models.

from kerazoo.data.sound.long_sounds import quiet_pieces
from kerazoo.data.sound.wav_writing import wav_bytes
from kerazoo.serving.signatures import load_signatures


class Transcriber:
    """Writes what is said in sounds with an exported model.

    Args:
        version: Folder of one version of an export of `SpeechRecognition`.
        metadata: What was noted about it.

    Attributes:
        sample_rate: Samples in a second of the sounds that it takes.

    Raises:
        ValueError: If its files are damaged.

    Example:

    ```text
    transcriber = Transcriber("saved_models/transformer_tone_letters/1", metadata)
    transcriber([samples])[0][0]  # ("gnu wosg", -0.2)
    ```
    """

    def __init__(
        self, version: str | os.PathLike, metadata: typing.Mapping[str, typing.Any]
    ):
        self._signatures = load_signatures(version)
        self.sample_rate = int(metadata["sample_rate"])
        limits = metadata["limits"]
        self._seconds = min(metadata["longest_seconds"], limits["max_seconds"])
        self._rows = limits["max_examples"]

    def __call__(
        self, sounds: typing.Sequence[np.ndarray], n_best: int = 0, greedy: bool = False
    ) -> list[list[tuple[str, float]]]:
        """Transcribes sounds together.

        One that is longer than all of training is cut where it is quiet.

        Args:
            sounds: float32 arrays `(T,)` at the model's rate.
            n_best: Texts of each, at most the beams of the model; 0 for the best alone.
            greedy: Takes the likeliest token of each frame, for one text.

        Returns:
            For each sound its texts with their scores, best first. The scores of pieces
            are added up.
        """
        name = "n_best" if n_best else "greedy" if greedy else "transcribe"
        pieces = [
            quiet_pieces(sound, self.sample_rate, self._seconds) for sound in sounds
        ]
        files = [wav_bytes(piece, self.sample_rate) for own in pieces for piece in own]
        found = []
        for start in range(0, len(files), self._rows):
            part = tf.constant(files[start : start + self._rows])
            answer = self._signatures[name](wav_bytes=part)
            shape = (part.shape[0], -1)
            texts, scores = (
                answer[key].numpy().reshape(shape)[:, : n_best or 1]
                for key in ("text", "score")
            )
            found += [
                [(text.decode(errors="replace"), float(s)) for text, s in zip(*row)]
                for row in zip(texts, scores)
            ]
        rows = iter(found)
        return [_joined([next(rows) for _ in own]) for own in pieces]


def _joined(pieces):
    """Returns the texts of a whole sound, of one rank together."""
    return [
        (
            " ".join(text.strip() for text, _ in parts if text.strip()),
            sum(score for _, score in parts),
        )
        for parts in zip(*pieces)
    ]
