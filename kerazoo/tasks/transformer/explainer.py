"""What a trained Transformer attends to in a text or an image."""

import dataclasses
import os
import pathlib
import typing
import warnings

import numpy as np
import tensorflow as tf
from keras import ops

from kerazoo.models.transformer.attention_maps import attention_rollout
from kerazoo.models.transformer.attention_maps import cross_attention
from kerazoo.models.transformer.attention_maps import encoder_attention
from kerazoo.models.transformer.generation import write
from kerazoo.models.transformer.image_files import decode_images
from kerazoo.runs import description
from kerazoo.runs.loading import load_model
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.transformer import attention_pictures as pictures
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import UNK
from kerazoo.text.stored_vocabulary import read_vocabulary
from kerazoo.text.vocabulary import Tokenizer

KINDS = {"classify": "text", "image": "image", "translate": "text"}  # What they take.
_NAMES = {BOS: "<begin>", EOS: "<end>", UNK: "<unknown>"}
_MOST_PIXELS = 100_000_000  # Of a file.


@dataclasses.dataclass(frozen=True)
class Explanation:
    """What a network made of something, and what it attended to.

    Args:
        answer: Name of the likeliest class, or the translation.
        probability: Of the class; None of a translation.
        tokens: Those of the text; empty of an image.
        relevance: Of a text float `(T,)`, of an image `(h, w)` of its patches: how much
            of each is in the answer, by the rollout of attention, 1 in all. Of a
            translation `(N, T)`, what each of the N tokens that were written attended
            to, the mean of all heads and blocks.
        written: The N tokens of the translation; empty of classes.
        picture: PNG.
    """

    answer: str
    probability: float | None
    tokens: list[str]
    relevance: np.ndarray
    written: list[str]
    picture: bytes


class Explainer:
    """Shows what a trained Transformer attends to.

    Attention says where information flows, not why an answer was given.

    Args:
        path: Folder of a run of `TextClassification`, `ImageClassification` or
            `Translation`, of its export, or of one version of that.

    Attributes:
        takes: `"text"` or `"image"`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If there is no such model, or its vocabulary is not beside it.

    Example:

    ```text
    found = Explainer("saved_models/transformer_reviews").of_text("a good film")
    found.answer, dict(zip(found.tokens, found.relevance))
    pathlib.Path("attention.png").write_bytes(found.picture)
    ```
    """

    def __init__(self, path: str | os.PathLike):
        folder, self._metadata = find_model(path)
        self._kind = self._metadata["task"]
        self.takes = KINDS[self._kind]
        if self.takes == "text":
            self._tokenizer = _vocabulary(folder)
        self._network = load_model(path).chosen()

    def of_text(self, text: str) -> Explanation:
        """Explains the class or the translation of a text.

        The translation is that of the likeliest tokens, one after the other.

        Raises:
            ValueError: If it is blank, or the model takes no text.
        """
        self._check("text")
        if not text.strip():
            raise ValueError(f"There is nothing to read in the text {text!r}.")
        tokens = self._tokenizer.encode_lists([text])[0]
        limit = self._network.max_length
        if len(tokens) > limit:
            warnings.warn(f"Only the first {limit} tokens are read.", stacklevel=2)
        tokens = tokens[np.newaxis, :limit]
        explain = self._translation if self._kind == "translate" else self._class
        return explain(tokens)

    def of_image(self, file: str | os.PathLike) -> Explanation:
        """Explains the class of an image, a PNG, JPEG, GIF or BMP file.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is no such image, or the model takes no image.
        """
        self._check("image")
        shape = self._metadata["image_shape"]
        try:
            data = tf.constant([pathlib.Path(file).read_bytes()])
            pixels = decode_images(data, shape, _MOST_PIXELS)
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(
                f"{file} is no image that can be read: {error.message.splitlines()[0]}"
            ) from None
        images = pixels * (2 / 255) - 1
        relevance, heads = self._attended(images)
        answer, probability = self._likeliest(images)
        side = self._network.patch_size
        grid = shape[0] // side, shape[1] // side
        relevance = relevance.reshape(grid)
        picture = pictures.image_picture(
            pixels[0].numpy().round().astype("uint8"),
            relevance,
            heads.mean(axis=1).reshape(-1, *grid),
            f"{answer}, {probability:.1%}",
        )
        return Explanation(answer, probability, [], relevance, [], picture)

    def _class(self, tokens):
        relevance, heads = self._attended(tokens)
        answer, probability = self._likeliest(tokens)
        names = names_of(self._tokenizer, tokens[0])
        title = f"{answer}, {probability:.1%}"
        picture = pictures.tokens_picture(names, relevance, heads, title)
        return Explanation(answer, probability, names, relevance, [], picture)

    def _translation(self, tokens):
        network = self._network
        found = write(network, tf.constant(tokens), network.max_length)
        written = found.tokens.numpy()[:, : int(found.lengths[0])]
        read = np.concatenate([[[BOS]], written[:, :-1]], axis=1)
        maps = cross_attention(network, tokens, read)
        # (blocks, N, T)
        blocks = np.stack([ops.convert_to_numpy(own)[0].mean(axis=0) for own in maps])
        answer = self._tokenizer.decode(written)[0].numpy().decode(errors="replace")
        source, target = (
            names_of(self._tokenizer, own) for own in (tokens[0], written[0])
        )
        picture = pictures.translation_picture(source, target, blocks, answer)
        return Explanation(answer, None, source, blocks.mean(axis=0), target, picture)

    def _attended(self, inputs):
        """Returns the rollout to the mean of all, `(T,)`, and the last `(N, T, T)`."""
        maps = encoder_attention(self._network, inputs)
        rollout = ops.convert_to_numpy(attention_rollout(maps))[0]
        return rollout.mean(axis=0), ops.convert_to_numpy(maps[-1])[0]

    def _likeliest(self, inputs):
        logits = self._network(inputs, training=False)
        probabilities = ops.convert_to_numpy(ops.softmax(logits))[0]
        place = int(probabilities.argmax())
        return self._metadata["class_names"][place], float(probabilities[place])

    def _check(self, given):
        if given != self.takes:
            raise ValueError(
                f"The model takes {_article(self.takes)}, not {_article(given)}."
            )


def find_model(
    path: str | os.PathLike,
) -> tuple[pathlib.Path, dict[str, typing.Any]]:
    """Returns where the files of a model are, and what was noted about it.

    Args:
        path: Folder of a run, of an export, or of one version of it.

    Raises:
        ValueError: If there is none, or its attention is not for people to look at.

    Example:

    ```text
    find_model("saved_models/transformer_dates")[1]["task"]  # translate
    ```
    """
    folder = pathlib.Path(path)
    if (folder / description.FILE).exists():
        metadata = description.read_description(folder)["metadata"]
    else:
        version = newest_version(folder)
        folder, metadata = version / "assets.extra", read_metadata(version)
    family, kind = metadata.get("family"), metadata.get("task")
    if family != "transformer" or kind not in KINDS:
        learnt = f"transformer for {kind}" if family == "transformer" else family
        raise ValueError(
            f"{path} is of {learnt}: what is explained are Transformers for "
            f"{', '.join(KINDS)}."
        )
    return folder, metadata


def names_of(
    tokenizer: Tokenizer | CharacterTokenizer, tokens: np.ndarray
) -> list[str]:
    """Returns tokens as people read them.

    Args:
        tokenizer: Their vocabulary.
        tokens: int `(T,)`.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("to be")
    names_of(tokenizer, tokenizer.encode_lists(["to"])[0])
    # ["t", "o", "<end>"]
    ```
    """
    texts = tokenizer.decode(tf.constant(tokens)[:, tf.newaxis]).numpy()
    return [
        _NAMES.get(int(token)) or text.decode(errors="replace").replace(" ", "␣") or "␣"
        for token, text in zip(tokens, texts)
    ]


def _vocabulary(folder):
    try:
        return read_vocabulary(folder)[0]
    except FileNotFoundError:
        raise ValueError(
            f"{folder} has no vocabulary.json: the model was trained by an older "
            "version. Train it again."
        ) from None


def _article(name):
    return {"text": "a text", "image": "an image"}[name]
