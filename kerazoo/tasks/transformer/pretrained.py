"""What a training goes on from: the model of another run, its vocabulary, its sizes."""

import dataclasses
import json
import os
import pathlib
import typing
import zipfile

import keras

from kerazoo.atomic_files import read_json
from kerazoo.models.transformer.config.network_sizes import sizes_of
from kerazoo.models.transformer.weight_places import Taken
from kerazoo.runs import description
from kerazoo.runs.loading import load_model
from kerazoo.runs.reading import KERAS_SUFFIX
from kerazoo.runs.record import has_state
from kerazoo.serving.exported import newest_version
from kerazoo.serving.exported import read_metadata
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.stored_vocabulary import read_vocabulary
from kerazoo.text.vocabulary import Tokenizer
from kerazoo.text.vocabulary_config import VocabularyConfig

EXTRA = "assets.extra"  # In the version of an export.
NOTES = "init_from.json"  # In the folder of a run: what it has taken, and from where.
_DAMAGED = (EOFError, KeyError, OSError, TypeError, ValueError, zipfile.BadZipFile)


@dataclasses.dataclass
class Pretrained:
    """What is known of a model whose weights are taken.

    Args:
        path: The run or the version of an export.
        kind: Which task it has learnt.
        network: The network; None where a run goes on, which has the weights.
        sizes: Fields of `NetworkConfig` that it was made of.
        max_length: Most tokens that it has seen at once; None of images.
        tokenizer, vocabulary: Its vocabulary, and what that was made of; None of
            images.
        taken: What a run that goes on has taken.
    """

    path: str
    kind: str
    network: keras.Model | None
    sizes: dict[str, typing.Any]
    max_length: int | None = None
    tokenizer: Tokenizer | CharacterTokenizer | None = None
    vocabulary: VocabularyConfig | None = None
    taken: Taken | None = None


def read_pretrained(
    path: str | os.PathLike, kinds: typing.Collection[str]
) -> Pretrained:
    """Reads the model that a training begins with.

    Args:
        path: Folder of a run, of an export, or of one version of it.
        kinds: Tasks whose models may be taken.

    Raises:
        ValueError: If the folder holds no such model, or is damaged.

    Example:

    ```text
    read_pretrained("saved_models/transformer_python_topics", ["generate"]).sizes
    ```
    """
    folder, metadata = _find(pathlib.Path(path))
    family, kind = metadata.get("family"), metadata.get("task")
    if family != "transformer" or kind not in kinds:
        learnt = f"transformer for {kind}" if family == "transformer" else f"{family}"
        raise ValueError(
            "`init_from` must be a run or an export of a transformer for "
            f"{', '.join(kinds)}; this one is of {learnt}. "
            f"Received: init_from={path}"
        )
    try:
        network = load_model(path).chosen()
    except _DAMAGED as error:
        raise _unreadable(path, error) from None
    length = getattr(network, "max_length", None)
    found = Pretrained(str(folder), kind, network, sizes_of(network), length)
    has_files = (folder / description.FILE).exists()
    return _with_vocabulary(found, folder if has_files else folder / EXTRA, path)


def read_again(folder: pathlib.Path, path: str | os.PathLike) -> Pretrained:
    """Reads what a run that goes on has taken, from its own folder.

    Args:
        folder: That of the run.
        path: What it was begun from.

    Raises:
        ValueError: If it was not begun so, or is damaged.

    Example:

    ```text
    read_again(pathlib.Path("runs/films"), "runs/pretrained").taken
    ```
    """
    file = folder / NOTES
    if not file.exists():
        raise ValueError(
            f"{folder} was begun without `init_from`: leave it out, or use another "
            f"`workdir`. Received: init_from={path}"
        )
    noted = read_json(file)
    try:
        found = Pretrained(
            noted["path"],
            noted["task"],
            None,
            noted["sizes"],
            noted["max_length"],
            taken=Taken(noted["taken"], noted["new"]),
        )
    except KeyError as error:
        raise ValueError(f"{file} is damaged (it lacks {error}): restore it.") from None
    return _with_vocabulary(found, folder, folder)


def notes_of(pretrained: Pretrained, taken: Taken) -> dict[str, bytes]:
    """Returns the file that says what a run has taken, by its name.

    Args:
        pretrained: Where it comes from.
        taken: What it is.

    Example:

    ```text
    notes_of(pretrained, start.taken)  # {"init_from.json": b"..."}
    ```
    """
    noted = {
        "path": pretrained.path,
        "task": pretrained.kind,
        "sizes": pretrained.sizes,
        "max_length": pretrained.max_length,
        **taken._asdict(),
    }
    return {NOTES: f"{json.dumps(noted, indent=1)}\n".encode()}


def _find(path):
    """Returns the folder of a run or of a version, and what was noted about it."""
    if path.suffix == KERAS_SUFFIX and path.is_file():
        raise ValueError(
            "`init_from` must be the folder of a run or of an export: a file has no "
            f"vocabulary. Received: init_from={path}"
        )
    if (path / description.FILE).exists():
        if not has_state(path):
            raise ValueError(
                "`init_from` is a run without checkpoints: there are no weights yet. "
                f"Received: init_from={path}"
            )
        return path, description.read_description(path)["metadata"]
    try:
        version = newest_version(path)
    except ValueError:
        raise ValueError(
            "`init_from` must be the folder of a run of apps.train_transformer, with "
            "its model.json, or of an export, with its versions. "
            f"Received: init_from={path}"
        ) from None
    return version, read_metadata(version)


def _with_vocabulary(found, folder, path):
    if found.kind.endswith("image"):
        return found
    try:
        found.tokenizer, found.vocabulary = read_vocabulary(folder)
    except FileNotFoundError:
        raise ValueError(
            "`init_from` has no vocabulary.json: it was trained by an older version. "
            "Run the command of its training again with another folder. "
            f"Received: init_from={path}"
        ) from None
    return found


def _unreadable(path, error):
    return ValueError(
        f"`init_from` cannot be read ({error}): its files are damaged, or of an older "
        f"version. Received: init_from={path}"
    )
