"""Texts of exported models: translations, and how prompts go on."""

import os
import typing

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Its operations are in the models.

from kerazoo.serving.signatures import load_signatures
from kerazoo.training.batch_seed import batch_seed


class Translated(typing.NamedTuple):
    """Translations of N texts, and what is to be said of each.

    Args:
        translations: For each text its translations with their scores, best first.
        is_truncated: bool array `(N,)`. Of which texts only the beginning was read.
        is_unknown: bool array `(N,)`. Which texts have characters that the vocabulary
            has no tokens for; exports before version 0.2 do not tell.
        is_utf8: bool array `(N,)`. Which texts are UTF-8.
    """

    translations: list[list[tuple[str, float]]]
    is_truncated: np.ndarray
    is_unknown: np.ndarray
    is_utf8: np.ndarray


class Translator:
    """Translates texts with an exported model.

    Args:
        version: Folder of one version of an export of `Translation`.

    Raises:
        ValueError: If its files are damaged.

    Example:

    ```text
    translator = Translator("saved_models/transformer_dates/1")
    found = translator([b"3. Mai 1968"], n_best=3)
    found.translations[0][0]  # ("1968-05-03", -0.01)
    ```
    """

    def __init__(self, version: str | os.PathLike):
        self._signatures = load_signatures(version)

    def __call__(
        self, texts: typing.Sequence[bytes], n_best: int = 0, greedy: bool = False
    ) -> Translated:
        """Translates texts together; of a blank text the translation is empty.

        Args:
            texts: UTF-8, as bytes.
            n_best: Translations of each, at most the beams of the model; 0 for the best
                alone.
            greedy: Takes the likeliest token each time, for one translation.
        """
        name = "n_best" if n_best else "greedy" if greedy else "translate"
        found = self._signatures[name](text=tf.constant(texts))
        shape = (len(texts), -1)
        rows = found["translation"].numpy().reshape(shape)[:, : n_best or 1]
        scores = found["score"].numpy().reshape(shape)
        translations = [
            [(_line(t), float(score)) for t, score in zip(row, own)]
            for row, own in zip(rows, scores)
        ]
        for own, text in zip(translations, texts):
            if not text.decode(errors="replace").strip():
                own[:] = [("", 0.0)] * len(own)
        return Translated(
            translations,
            found["is_truncated"].numpy(),
            _unknown(found, len(texts)),
            np.array([_is_utf8(text) for text in texts]),
        )


class Continued(typing.NamedTuple):
    """Texts that a language model has gone on with.

    Args:
        texts: The prompts and how they go on.
        is_truncated: bool array `(N,)`. Of which prompts only the end was read.
        is_unknown: bool array `(N,)`. Which prompts are not UTF-8 or have characters
            that the vocabulary has no tokens for; exports before version 0.2 tell only
            the former.
        answers: What comes after the prompts, of a model that answers; else None.
    """

    texts: list[str]
    is_truncated: np.ndarray
    is_unknown: np.ndarray
    answers: list[str] | None = None


def continue_prompts(
    version: str | os.PathLike,
    prompts: typing.Sequence[bytes],
    seed: int = 0,
    temperature: float = 0.8,
    top_p: float = 1.0,
) -> Continued:
    """Goes on with texts by an exported language model.

    Args:
        version: Folder of one version of an export of `LanguageModeling`.
        prompts: How the texts begin, as bytes.
        seed: Equal seeds give equal texts.
        temperature: Less than 1 makes likely tokens likelier; 0 takes the likeliest.
        top_p: Draws from the likeliest tokens of this share.

    Raises:
        ValueError: If the model's files are damaged.
    """
    found = load_signatures(version)["generate"](
        prompt=tf.constant(prompts),
        seed=tf.constant(batch_seed(seed, 0), tf.int32),
        temperature=tf.constant(temperature, tf.float32),
        top_p=tf.constant(top_p, tf.float32),
    )
    texts = _decoded(found["text"])
    answers = _decoded(found["answer"]) if "answer" in found else None
    is_utf8 = np.array([_is_utf8(prompt) for prompt in prompts])
    is_unknown = _unknown(found, len(prompts)) | ~is_utf8
    return Continued(texts, found["is_truncated"].numpy(), is_unknown, answers)


def _decoded(texts: tf.Tensor) -> list[str]:
    return [text.decode(errors="replace") for text in texts.numpy()]


def _unknown(found, count):
    if "is_unknown" in found:
        return found["is_unknown"].numpy()
    return np.zeros(count, bool)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _line(text: bytes) -> str:
    return text.decode(errors="replace").replace("\n", " ")
