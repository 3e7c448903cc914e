"""What an export is asked about, read from files."""

import dataclasses
import os
import pathlib
import typing
from collections.abc import Sequence

from kerazoo.data.text_file import STANDARD_INPUT
from kerazoo.prediction.kinds import find_kind
from kerazoo.prediction.row import Inputs

_PATH = str | os.PathLike
_SEVERAL = ("images", "sounds")  # Of which many paths may be given.
_MAY_BE_FOLDER = {
    "images": {True, False},
    "sounds": {True, False},
    "nodes": {True},
    "samples": {True, False},
    "pairs": {True},
}
_EXPECTED = {
    "texts": "a file of texts",
    "images": "an image or a folder of images",
    "sounds": "a sound file or a folder of sounds",
    "nodes": "a folder of nodes.csv and edges.csv",
    "samples": "a TFRecord file of subgraphs, or a folder of some",
    "pairs": "a folder of nodes.csv, edges.csv and pairs.csv",
    "graphs": "a file of graphs or of molecules",
    "structures": "a file of structures or of molecules",
    "queries": "a file of heads and relations",
    "users": "a file of users",
    "names": "a file of names of nodes",
    "observations": "a file of observations",
    "situations": "a file of JSON lines",
}


@dataclasses.dataclass(frozen=True)
class Columns:
    """Which columns of tables are meant, by their names or their numbers from 1.

    Args:
        text_column: Column of the texts.
        label_column: Column of what is right of the texts.
        smiles_column: Column of the molecules.
        target_column: Column of what is right of molecules and nodes.
    """

    text_column: str | None = None
    label_column: str | None = None
    smiles_column: str | None = None
    target_column: str | None = None


def open_inputs(
    metadata: dict[str, typing.Any],
    paths: _PATH | Sequence[_PATH],
    columns: Columns | None = None,
    labelled: bool = False,
    name: str = "input",
) -> Inputs:
    """Reads what an export is to be asked about, without importing TensorFlow.

    Args:
        metadata: What was noted about the export.
        paths: File or folder of what it takes; images and sounds may be in several.

            - Texts: a `.csv` or `.tsv` file; any other has one per line; to be given
              classes, a folder of a `.txt` for each.
            - Molecules: a table, or a list of one per line.
            - Images, sounds: files, and folders of them.
            - Nodes: a folder of `nodes.csv` and `edges.csv`; pairs of them are in its
              `pairs.csv`.
            - Other graphs: a file such as `MUTAG.txt`.
            - Structures: extended XYZ, SDF, or molecules.
            - Queries to a knowledge graph: a table of heads and relations, of relations
              and tails, or of all three.
            - Names of nodes: the same as users.
            - Users: a table with a column of them; any other file has one per line.
            - Observations: a `.csv`, `.npy` or `.jsonl` file.
            - Situations of a game of text: a `.jsonl` file.

            `"-"` for lines of standard input.
        columns: Columns of tables.
        labelled: Whether what is right of molecules must be there.
        name: What `paths` are called in errors.

    Raises:
        OSError: If a file is missing.
        ValueError: If the export takes nothing, or a file is not as it should be.

    Example:

    ```python
    with open("films.txt", "w") as file:
        file.write("a good film\\na bad film\\n")
    open_inputs(metadata, "films.txt").total  # 2
    ```
    """
    kind = find_kind(metadata)
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if len(given) > 1 and kind.takes not in _SEVERAL:
        raise ValueError(
            f"`{name}` may be given several times for images and sounds only, not "
            f"for {kind.takes}. Received: {name}={given[1]}"
        )
    for path in given:
        _check_path(path, kind, name)
    return _READERS[kind.takes](metadata, given, columns or Columns(), labelled)


def _check_path(path, kind, name):
    """Says what is expected of a path, where there is nothing or something else."""
    is_there, is_folder = pathlib.Path(path).exists(), pathlib.Path(path).is_dir()
    expected, may_be = _EXPECTED[kind.takes], _MAY_BE_FOLDER.get(kind.takes, {False})
    if (kind.takes, kind.answers) == ("texts", "classes"):
        expected, may_be = "a file of texts or a folder of .txt files", {True, False}
    if str(path) == STANDARD_INPUT and expected.startswith("a file"):
        return
    if not is_there or is_folder not in may_be:
        received = "nothing" if not is_there else "a folder" if is_folder else "a file"
        raise FileNotFoundError(
            f"`{name}` must be {expected}, and there is {received}. "
            f"Received: {name}={path}"
        )


def _read_texts(metadata, paths, columns, labelled):
    from kerazoo.prediction.text_inputs import Trained
    from kerazoo.prediction.text_inputs import read_texts

    languages = tuple(metadata.get(f"{side}_language") for side in ("source", "target"))
    trained = Trained(
        metadata.get("class_names") or (),
        languages if all(languages) else None,
        metadata.get("text_column"),
        metadata.get("label_column"),
    )
    return read_texts(paths[0], columns.text_column, trained)


def _read_images(metadata, paths, columns, labelled):
    from kerazoo.prediction.image_inputs import read_images

    return read_images(paths)


def _read_sounds(metadata, paths, columns, labelled):
    from kerazoo.prediction.sound_inputs import read_sounds

    return read_sounds(paths)


def _read_nodes(metadata, paths, columns, labelled):
    if "node_set" in metadata["inputs"]:
        from kerazoo.prediction.hetero_inputs import read_hetero_nodes

        return read_hetero_nodes(paths[0], metadata["inputs"], columns.target_column)
    from kerazoo.prediction.graph_inputs import read_nodes

    return read_nodes(paths[0], metadata["inputs"], columns.target_column)


def _read_samples(metadata, paths, columns, labelled):
    from kerazoo.prediction.sample_inputs import read_samples

    return read_samples(paths[0])


def _read_pairs(metadata, paths, columns, labelled):
    from kerazoo.prediction.graph_inputs import read_pairs

    return read_pairs(paths[0], metadata["inputs"])


def _read_graphs(metadata, paths, columns, labelled):
    trained = metadata["inputs"]
    if "smiles_column" in trained:
        from kerazoo.prediction.molecule_inputs import read_molecules

        return read_molecules(
            paths[0],
            columns.smiles_column,
            columns.target_column,
            labelled,
            (trained["smiles_column"], trained["target_column"]),
        )
    from kerazoo.prediction.collection_inputs import read_graphs

    return read_graphs(paths[0], trained)


def _read_queries(metadata, paths, columns, labelled):
    from kerazoo.prediction.query_inputs import read_queries

    return read_queries(paths[0])


def _read_names(metadata, paths, columns, labelled):
    from kerazoo.prediction.node_name_inputs import read_node_names

    return read_node_names(paths[0])


def _read_users(metadata, paths, columns, labelled):
    from kerazoo.prediction.user_inputs import read_users

    return read_users(paths[0])


def _read_structures(metadata, paths, columns, labelled):
    from kerazoo.prediction.structure_inputs import read_structure_rows

    trained, own = metadata["inputs"], (columns.smiles_column, columns.target_column)
    return read_structure_rows(paths[0], trained, *own, labelled)


def _read_observations(metadata, paths, columns, labelled):
    from kerazoo.prediction.observation_inputs import read_observations

    return read_observations(paths[0])


def _read_situations(metadata, paths, columns, labelled):
    from kerazoo.prediction.situation_inputs import read_situations

    return read_situations(paths[0])


_READERS = {
    "texts": _read_texts,
    "images": _read_images,
    "sounds": _read_sounds,
    "nodes": _read_nodes,
    "samples": _read_samples,
    "pairs": _read_pairs,
    "graphs": _read_graphs,
    "queries": _read_queries,
    "users": _read_users,
    "names": _read_names,
    "structures": _read_structures,
    "observations": _read_observations,
    "situations": _read_situations,
}
