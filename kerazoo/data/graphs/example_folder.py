"""A folder of sampled subgraphs as TF-GNN writes them: a schema, and TFRecord files."""

import dataclasses
import json
import os
import pathlib
import typing

SCHEMA, NOTES = "schema.pbtxt", "kerazoo.json"
_SCHEMAS = (SCHEMA, "graph_schema.pbtxt")
_PARTS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}


@dataclasses.dataclass(frozen=True)
class ExampleFolder:
    """Files of sampled subgraphs.

    Args:
        schema: Text of the `GraphSchema`.
        files: Part, `"train"`, `"validation"` or `"test"`, to its files; `""` to files
            of no part.
        notes: What `apps.sample_graph` noted of them, empty for those of others.
    """

    schema: str
    files: dict[str, list[pathlib.Path]]
    notes: dict[str, typing.Any]


def find_examples(data_dir: str | os.PathLike) -> ExampleFolder:
    """Finds the schema and the TFRecord files of a folder.

    Files whose names begin with `train`, `validation` (`valid`, `val`, `dev`) or `test`
    are that part; without any such all are of none.

    Args:
        data_dir: Folder of `schema.pbtxt` or `graph_schema.pbtxt`, and files with
            `.tfrecord` in their names.

    Raises:
        FileNotFoundError: If there is no schema, or no TFRecord file.
        ValueError: If there are parts, but nothing to train or to test on.

    Example:

    ```python
    import pathlib

    for name in ("schema.pbtxt", "train-0.tfrecord", "test-0.tfrecord"):
        pathlib.Path(name).touch()
    find_examples(".").files.keys()  # train, test
    ```
    """
    folder = pathlib.Path(data_dir)
    schemas = [folder / name for name in _SCHEMAS if (folder / name).is_file()]
    if not schemas:
        raise FileNotFoundError(
            f"Expected a graph schema {folder / SCHEMA}. Received: none"
        )
    found = sorted(p for p in folder.iterdir() if ".tfrecord" in p.name and p.is_file())
    if not found:
        raise FileNotFoundError(
            f"Expected files with .tfrecord in their names in {folder}. Received: none"
        )
    files: dict[str, list[pathlib.Path]] = {}
    for path in found:
        files.setdefault(_part_of(path), []).append(path)
    if set(files) != {""}:
        files.pop("", None)
        for part in ("train", "test"):
            if part not in files:
                raise ValueError(
                    f"{folder}: expected files {part}*.tfrecord, too. "
                    f"Received: files of {', '.join(files)}"
                )
    notes = {}
    if (folder / NOTES).is_file():
        notes = json.loads((folder / NOTES).read_text("utf-8"))
    return ExampleFolder(schemas[0].read_text("utf-8"), files, notes)


def _part_of(path):
    name = path.name.lower()
    return next((part for begin, part in _PARTS.items() if name.startswith(begin)), "")
