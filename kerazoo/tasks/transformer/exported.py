"""Texts of exported models: translations, and how prompts go on."""

import os
import typing

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  Its operations are in the models.

from kerazoo.serving.signatures import load_signatures
from kerazoo.training.batch_seed import batch_seed


class Translator:
    """Translates texts with an exported model.

    Args:
        version: Folder of one version of an export of `Translation`.

    Raises:
        ValueError: If its files are damaged.

    Example:

    ```text
    translator = Translator("saved_models/transformer_dates/1")
    found, is_truncated = translator([b"3. Mai 1968"], n_best=3)
    found[0][0]  # ("1968-05-03", -0.01)
    ```
    """

    def __init__(self, version: str | os.PathLike):
        self._signatures = load_signatures(version)

    def __call__(
        self, texts: typing.Sequence[bytes], n_best: int = 0, greedy: bool = False
    ) -> tuple[list[list[tuple[str, float]]], np.ndarray]:
        """Translates texts together.

        Args:
            texts: UTF-8, as bytes.
            n_best: Translations of each, at most the beams of the model; 0 for the best
                alone.
            greedy: Takes the likeliest token each time, for one translation.

        Returns:
            The pair of the translations of each text with their scores, best first, and
            a bool array: of which texts only the beginning was read.
        """
        name = "n_best" if n_best else "greedy" if greedy else "translate"
        found = self._signatures[name](text=tf.constant(texts))
        shape = (len(texts), -1)
        rows = found["translation"].numpy().reshape(shape)[:, : n_best or 1]
        scores = found["score"].numpy().reshape(shape)
        translations = [
            [(_line(text), float(score)) for text, score in zip(row, own)]
            for row, own in zip(rows, scores)
        ]
        return translations, found["is_truncated"].numpy()


def continue_prompts(
    version: str | os.PathLike,
    prompts: typing.Sequence[bytes],
    seed: int = 0,
    temperature: float = 0.8,
    top_p: float = 1.0,
) -> tuple[list[str], int]:
    """Goes on with texts by an exported language model.

    Args:
        version: Folder of one version of an export of `LanguageModeling`.
        prompts: How the texts begin, as bytes.
        seed: Equal seeds give equal texts.
        temperature: Less than 1 makes likely tokens likelier; 0 takes the likeliest.
        top_p: Draws from the likeliest tokens of this share.

    Returns:
        The pair of the texts, and of how many prompts only the end was read.

    Raises:
        ValueError: If the model's files are damaged.
    """
    found = load_signatures(version)["generate"](
        prompt=tf.constant(prompts),
        seed=tf.constant(batch_seed(seed, 0), tf.int32),
        temperature=tf.constant(temperature, tf.float32),
        top_p=tf.constant(top_p, tf.float32),
    )
    texts = [text.decode(errors="replace") for text in found["text"].numpy()]
    return texts, int(found["is_truncated"].numpy().sum())


def _line(text: bytes) -> str:
    return text.decode(errors="replace").replace("\n", " ")
