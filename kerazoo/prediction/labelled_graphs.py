"""Graphs of which is known what is right, for `open_labelled`."""

import logging
import pathlib
import types

import numpy as np

from kerazoo.prediction.graph_inputs import PAIRS_FILE
from kerazoo.prediction.inputs import open_inputs
from kerazoo.prediction.labelled_data import LabelledData
from kerazoo.prediction.row import Inputs
from kerazoo.prediction.row import Row

_logger = logging.getLogger(__name__)


def labelled_nodes(data: LabelledData) -> Inputs:
    """Reads nodes with a label, see `open_labelled`."""
    data_dir = data.data_dir
    if data_dir is None or data.dataset not in (None, "tables"):
        return _known_nodes(data)
    inputs = data.open_files()
    tables = inputs.shared
    if tables.labels is None:
        raise ValueError(
            f"The table of nodes in {data_dir} must have a column of labels. "
            f"Received: columns={inputs.columns}"
        )
    rows = [row for row in inputs.rows if row.label is not None]
    what = "nodes with a label"
    if data.part == "test" and tables.split is None:
        what += ", also those that the model may have learnt from"
    if data.part == "test" and tables.split is not None:
        tested = {i for i, name in enumerate(tables.split) if name.lower() == "test"}
        rows = [row for row in rows if row.item in tested]
        what = "nodes of the test"
    _say(data_dir, f"{len(rows):,} {what}")
    return Inputs(inputs.columns, rows, len(rows), "nodes", tables)


def _known_nodes(data):
    from kerazoo.data.graphs.loading import NODE_DATASETS
    from kerazoo.data.graphs.loading import load_node_dataset

    if data.data_dir is None and data.dataset not in NODE_DATASETS:
        raise ValueError(
            "`data_dir` must be the folder of the tables of nodes and edges, or "
            f"`dataset` one of {', '.join([*NODE_DATASETS][:-1])}. "
            f"Received: dataset={data.dataset}, data_dir=None"
        )
    nodes = load_node_dataset(data.dataset, data.data_dir)
    chosen = nodes.test if data.part == "test" else np.flatnonzero(nodes.labels >= 0)
    names = nodes.class_names or [str(i) for i in range(nodes.num_classes)]
    rows = [Row(f"node {i}", [], int(i), label=names[nodes.labels[i]]) for i in chosen]
    _say(nodes.name, f"{len(rows):,} nodes of {data.part}")
    shared = types.SimpleNamespace(graph=nodes.graph)
    return Inputs([], rows, len(rows), "nodes", shared)


def labelled_pairs(data: LabelledData) -> Inputs:
    """Reads pairs of nodes of which is known whether they are linked."""
    if data.data_dir is None:
        raise ValueError(
            "Links are measured by pairs.csv with a column label beside nodes.csv and "
            "edges.csv: `data_dir` must be their folder. Received: data_dir=None"
        )
    inputs = data.open_files()
    labels = {row.label for row in inputs.rows}
    if not {"0", "1"} <= labels:
        raise ValueError(
            f"{pathlib.Path(data.data_dir, PAIRS_FILE)} must have a column label, 1 "
            "for pairs that are linked and 0 for others. "
            f"Received: labels={sorted(map(str, labels))[:10]}"
        )
    return inputs


def labelled_graphs(data: LabelledData) -> Inputs:
    """Reads molecules and other graphs with a class or a value."""
    path = pathlib.Path(data.data_dir or "")
    if not path.is_file() and data.dataset is not None:
        endings = [".txt"] if "node_tags" in data.metadata["inputs"] else ["", ".csv"]
        found = [path / f"{data.dataset}{ending}" for ending in endings]
        path = next(filter(pathlib.Path.is_file, found), path)
    return _open_file(data, path, "graphs")


def labelled_structures(data: LabelledData) -> Inputs:
    """Reads structures with an energy or another value."""
    path = pathlib.Path(data.data_dir or "", data.dataset or "")
    return _open_file(data, path, "structures")


def _open_file(data, path, what):
    if not path.is_file():
        raise FileNotFoundError(
            f"`data_dir` must be a file of {what}, or `dataset` the name of one in it. "
            f"Received: dataset={data.dataset}, data_dir={data.data_dir}"
        )
    inputs = open_inputs(data.metadata, path, data.columns, labelled=True)
    if data.part == "test":
        count = f"all {inputs.total:,}, also what the model may have learnt from"
        _say(path.name, count)
    return inputs


def _say(name, what):
    _logger.info("%s: measuring %s.", name, what)
