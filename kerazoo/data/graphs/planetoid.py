"""The citation networks Cora, Citeseer and PubMed."""

import contextlib
import http.client
import os
import pathlib
import pickle
import urllib.request

import numpy as np
from scipy import sparse

from kerazoo.data.graphs.both_directions import both_directions
from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.node_dataset import NodeDataset

NAMES = ("cora", "citeseer", "pubmed")
PARTS = ("y", "tx", "ty", "allx", "ally", "graph", "test.index")
URL = "https://github.com/kimiyoung/planetoid/raw/master/data/"
CACHE = "~/.cache/kerazoo/planetoid"
RENAMED_MODULES = {  # The files are of Python 2 and an early NumPy.
    "__builtin__": "builtins",
    "numpy.core.multiarray": "numpy._core.multiarray",
}


def planetoid(name: str, data_dir: str | os.PathLike | None = None) -> NodeDataset:
    """Reads a citation network and its public split.

    Papers are nodes, citations undirected edges, words the features, sparse and not
    normalised. The split has 20 training nodes of each class, 500 for validation and
    1,000 for the test ([Yang et al., 2016](https://arxiv.org/abs/1603.08861), Section
    5.1). Citeseer's 15 isolated papers without words have no label.

    Args:
        name: `"cora"`, `"citeseer"` or `"pubmed"`.
        data_dir: Folder with the files `ind.<name>.*`. None for
            `~/.cache/kerazoo/planetoid`, where missing files are downloaded.

    Returns:
        `NodeDataset`.

    Raises:
        OSError: If files are missing or cannot be downloaded.
        ValueError: If the name is another, or a file holds something else.
    """
    if name not in NAMES:
        raise ValueError(f"Expected one of {', '.join(NAMES)}. Received: name={name}")
    paths = _find(name, data_dir)
    allx, tx = (_read_matrix(paths[part]) for part in ("allx", "tx"))
    y, ally, ty = (_unpickle(paths[part], np.ndarray) for part in ("y", "ally", "ty"))
    num_nodes, edges = _read_edges(paths["graph"])
    test = _read_index(paths["test.index"], tx.shape[0], allx.shape[0], num_nodes)
    for part, value, shape in (
        ("tx", tx, (None, allx.shape[1])),
        ("y", y, (None, None)),
        ("ally", ally, (allx.shape[0], *y.shape[1:])),
        ("ty", ty, (tx.shape[0], *y.shape[1:])),
    ):
        _check_shape(paths[part], value, shape)

    # The rows of `tx` are the test nodes in the order of the index.
    nodes = np.append(np.arange(allx.shape[0]), test)
    words = sparse.vstack([allx, tx]).tocoo()
    features = sparse.csr_array(
        (words.data, (nodes[words.row], words.col)), (num_nodes, words.shape[1])
    )
    one_hot = np.concatenate([ally, ty])
    labels = np.full(num_nodes, -1, np.int32)
    labels[nodes] = np.where(one_hot.any(axis=1), one_hot.argmax(axis=1), -1)
    source, target, _ = both_directions(*edges.T)
    dataset = NodeDataset(
        name=name,
        graph=Graph(features.astype(np.float32), source, target),
        labels=labels,
        num_classes=y.shape[1],
        train=np.arange(len(y)),
        validation=np.arange(len(y), min(len(y) + 500, len(ally))),
        test=np.sort(test),
        class_names=[str(i) for i in range(y.shape[1])],
    )
    dataset.validate()
    return dataset


def _find(name, data_dir):
    """Returns the paths of the files, downloaded where there is no `data_dir`."""
    folder = pathlib.Path(data_dir or CACHE).expanduser()
    paths = {part: folder / f"ind.{name}.{part}" for part in PARTS}
    missing = [path for path in paths.values() if not path.is_file()]
    if not missing:
        return paths
    names = ", ".join(path.name for path in missing)
    if data_dir:
        raise FileNotFoundError(
            f"Expected {names} in {folder}; they are at {URL}. "
            f"Received: data_dir={data_dir}"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in missing:
            _download(URL + path.name, path)
    except (OSError, http.client.HTTPException) as error:
        raise OSError(
            f"Could not download {names} from {URL} to {folder}; bring them there, or "
            f"name the folder that has them by `data_dir`. Received: {error}"
        ) from error
    return paths


def _download(url, path):
    with urllib.request.urlopen(url, timeout=60) as response:
        content = response.read()
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)


class _CsrMatrix:
    """The attributes of a pickled `scipy.sparse.csr_matrix`."""


class _Unpickler(pickle.Unpickler):
    """Reads arrays, lists and dicts; refuses whatever else a pickle may call."""

    def find_class(self, module, name):
        if module.startswith("scipy.sparse") and name == "csr_matrix":
            return _CsrMatrix
        module = RENAMED_MODULES.get(module, module)
        if (module, name) in {
            ("builtins", "list"),
            ("collections", "defaultdict"),
            ("numpy", "dtype"),
            ("numpy", "ndarray"),
            ("numpy._core.multiarray", "_reconstruct"),
        }:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


def _unpickle(path, kind):
    try:
        with path.open("rb") as file:
            value = _Unpickler(file, encoding="latin1").load()
    except OSError:
        raise
    except Exception as error:  # A damaged pickle raises whatever it comes across.
        raise ValueError(
            f"{path}: expected a file of the Planetoid data. Received: {error}"
        ) from error
    if not isinstance(value, kind):
        raise ValueError(
            f"{path}: expected a pickled {kind.__name__.strip('_')}. "
            f"Received: {type(value).__name__}"
        )
    return value


def _read_matrix(path):
    state = vars(_unpickle(path, _CsrMatrix))
    with _named(path, "a sparse matrix"):
        matrix = sparse.csr_array(
            (state["data"], state["indices"], state["indptr"]), state["_shape"]
        )
        matrix.check_format()
    return matrix


def _read_edges(path):
    """Returns the number of nodes and int `(E, 2)`, the edges but for self-loops."""
    neighbors = _unpickle(path, dict)
    with _named(path, "the neighbours of each node"):
        ends = [(u, v) for u, others in neighbors.items() for v in others if u != v]
        if not ends:
            raise ValueError("no edges")
        return len(neighbors), np.array(ends, int)


def _read_index(path, count, start, stop):
    with _named(path, f"{count} different nodes from {start} to {stop - 1}"):
        nodes = np.array(path.read_text().split(), int)
        wrong = [*nodes[(nodes < start) | (nodes >= stop)], None][0]
        if wrong is not None:
            raise ValueError(f"node {wrong}")
        if not count == len(nodes) == len(np.unique(nodes)):
            raise ValueError(f"{len(np.unique(nodes))} nodes")
    return nodes


def _check_shape(path, value, shape):
    sizes = ["any" if size is None else str(size) for size in shape]
    if len(value.shape) != len(shape) or any(
        size not in (None, found) for size, found in zip(shape, value.shape)
    ):
        raise ValueError(
            f"{path}: expected shape ({', '.join(sizes)}). Received: {value.shape}"
        )


@contextlib.contextmanager
def _named(path, expected):
    """Names the file in what goes wrong with its content."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected {expected}. Received: {error}") from error
