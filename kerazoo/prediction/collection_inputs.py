"""Collections of graphs to be asked about, in the text form of the GIN paper."""

import os
import pathlib
import typing
import warnings

import numpy as np

from kerazoo.data.graphs.size_descriptors import size_descriptors
from kerazoo.data.graphs.tu_text import read_collection
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row


def read_graphs(path: str | os.PathLike, trained: dict[str, typing.Any]) -> Inputs:
    """Reads a collection of graphs; items are `Graph`s, labels those of the file.

    Args:
        path: A file such as `MUTAG.txt`, see `kerazoo.data.graphs.tu_text.tu_text`.
        trained: The `inputs` of the export's metadata.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If a line is not as it should be.
    """
    tags = np.array(trained["node_tags"], int)
    graphs, labels, found = read_collection(pathlib.Path(path), tags)
    if len(unknown := np.setdiff1d(found, tags)):
        warnings.warn(
            f"{path} has node tags that the model has not seen, which count as none: "
            f"{', '.join(map(str, unknown))}",
            stacklevel=2,
        )
    rows = []
    for i, (graph, label) in enumerate(zip(graphs, labels)):
        if trained["descriptors"]:
            graph.context_features = size_descriptors(graph)
        rows.append(Row(f"graph {i}", [str(i)], graph, label=label))
    return Inputs(["graph"], rows, len(rows), "graphs")
