import io
import os
import pathlib
import pickle
import urllib.error
import urllib.request

import numpy as np
import pytest
from scipy import sparse

from kerazoo.data.graphs import planetoid as planetoid_module
from kerazoo.data.graphs.planetoid import planetoid

# Seven papers with five words and two classes. Paper 5 is isolated, without words and
# label, and not in the index of the test, which is 6 and 4, in this order.
WORDS = np.array(
    [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1],
    ],
    np.float32,
)
CLASSES = np.array([0, 1, 1, 0, 1, -1, 0])
CITATIONS = {0: [1, 1, 0], 1: [0, 2], 2: [1], 3: [], 4: [6], 5: [], 6: [4, 3]}
EDGES = {(0, 1), (1, 2), (4, 6), (3, 6)}


def write_planetoid(folder, name="citeseer", **changes):
    one_hot = np.eye(3, 2)[CLASSES]  # Class -1 is the row of zeros.
    parts = {
        "y": one_hot[:2],
        "ally": one_hot[:4],
        "ty": one_hot[[6, 4]],
        "allx": sparse.csr_matrix(WORDS[:4]),
        "tx": sparse.csr_matrix(WORDS[[6, 4]]),
        "graph": CITATIONS,
    }
    for part, value in (parts | changes).items():
        (folder / f"ind.{name}.{part}").write_bytes(pickle.dumps(value, protocol=4))
    (folder / f"ind.{name}.test.index").write_text("6\n4\n")
    return folder


def check_small(dataset):
    np.testing.assert_array_equal(dataset.graph.node_features.toarray(), WORDS)
    ends = list(zip(dataset.graph.source.tolist(), dataset.graph.target.tolist()))
    assert sorted(ends) == sorted([*EDGES, *((v, u) for u, v in EDGES)])
    np.testing.assert_array_equal(dataset.labels, CLASSES)
    assert dataset.train.tolist() == [0, 1]
    assert dataset.validation.tolist() == [2, 3]
    assert dataset.test.tolist() == [4, 6]
    assert dataset.num_classes == 2


def test_small_files_by_hand(tmp_path):
    dataset = planetoid("citeseer", write_planetoid(tmp_path))
    check_small(dataset)
    assert dataset.graph.node_features.format == "csr"
    assert dataset.graph.node_features.dtype == np.float32


def test_cora(real_data):
    dataset = planetoid("cora", real_data("planetoid"))
    graph = dataset.graph
    assert graph.node_features.shape == (2708, 1433)
    assert graph.num_edges == 2 * 5278
    ends = set(zip(graph.source.tolist(), graph.target.tolist()))
    assert len(ends) == graph.num_edges
    assert all((v, u) in ends and u != v for u, v in ends)
    assert set(graph.node_features.data) == {1}
    assert (len(dataset.train), len(dataset.validation)) == (140, 500)
    assert len(dataset.test) == 1000
    assert np.bincount(dataset.labels[dataset.train]).tolist() == [20] * 7
    # The sizes of the classes as published with the network.
    assert sorted(np.bincount(dataset.labels)) == [180, 217, 298, 351, 418, 426, 818]


def test_neighbors_in_cora_mostly_share_a_class(real_data):
    # Edge homophily of Cora is 0.81 (Zhu et al., 2020, Table 4): rows, labels and
    # edges fit each other.
    dataset = planetoid("cora", real_data("planetoid"))
    same = dataset.labels[dataset.graph.source] == dataset.labels[dataset.graph.target]
    assert same.mean() == pytest.approx(0.81, abs=0.005)


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.mkdir, "posix.mkdir"), (exec, "builtins.exec"), (np.fromfile, "numpy")],
)
def test_files_that_call_code_are_refused(tmp_path, function, name):
    victim = tmp_path / "victim"
    argument = f"import os; os.mkdir({str(victim)!r})" if function is exec else victim
    folder = write_planetoid(tmp_path, graph=Call(function, str(argument)))
    with pytest.raises(ValueError, match=rf"citeseer.graph: .*{name}.* is not allowed"):
        planetoid("citeseer", folder)
    assert not victim.exists()


@pytest.mark.parametrize("content", [b"", b"a page that says: not found", b"\x80\x04}"])
def test_damaged_files_raise_in_one_line(tmp_path, content):
    path = write_planetoid(tmp_path) / "ind.citeseer.tx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="citeseer.tx: expected a file") as raised:
        planetoid("citeseer", tmp_path)
    assert "\n" not in str(raised.value)


def test_files_of_another_kind_raise(tmp_path):
    folder = write_planetoid(tmp_path, allx=[1, 2])
    with pytest.raises(ValueError, match="allx: expected a pickled .*Received: list"):
        planetoid("citeseer", folder)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("test.index", b"6", "test.index: expected 2 different.*Received: 1 nodes"),
        ("test.index", b"", "test.index: .* nodes from 4 to 6. Received: 0 nodes"),
        ("test.index", b"6 6", "test.index: .*Received: 1 nodes"),
        ("test.index", b"6 3", "test.index: .*Received: node 3"),
        ("test.index", b"6 7", "test.index: .*Received: node 7"),
        ("test.index", b"6 four", "test.index: .*Received: .*'four'"),
        ("test.index", b"\xff", "test.index: .*Received: .*utf-8"),
        ("graph", {}, "graph: expected the neighbours.*Received: no edges"),
        ("graph", {0: 3}, "graph: expected the neighbours.*Received: .*int"),
        ("graph", {0: ["a"]}, "graph: expected the neighbours.*Received: .*'a'"),
        ("tx", sparse.csr_matrix(WORDS[:1]), "test.index: .*Received: 2 nodes"),
        ("tx", sparse.csr_matrix(WORDS[:2, :3]), r"tx: .*\(any, 5\).*\(2, 3\)"),
        ("ally", np.eye(3, 2), r"ally: expected shape \(4, 2\). Received: \(3, 2\)"),
        ("ty", np.eye(2, 3), r"ty: expected shape \(2, 2\). Received: \(2, 3\)"),
        ("y", np.zeros(2), r"y: expected shape \(any, any\). Received: \(2,\)"),
    ],
)
def test_files_that_do_not_fit_raise_in_one_line(tmp_path, part, value, message):
    folder = write_planetoid(tmp_path)
    content = value if isinstance(value, bytes) else pickle.dumps(value, protocol=4)
    (folder / f"ind.citeseer.{part}").write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        planetoid("citeseer", folder)
    assert "\n" not in str(raised.value)


def test_missing_files_of_a_given_folder_are_named(tmp_path):
    write_planetoid(tmp_path)
    (tmp_path / "ind.citeseer.tx").unlink()
    (tmp_path / "ind.citeseer.test.index").unlink()
    with pytest.raises(
        FileNotFoundError,
        match=r"Expected ind.citeseer.tx, ind.citeseer.test.index in .*; .* at https:",
    ):
        planetoid("citeseer", tmp_path)


def test_another_name_raises(tmp_path):
    with pytest.raises(ValueError, match="cora, citeseer, pubmed. Received: name=Core"):
        planetoid("Core", tmp_path)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(
        planetoid_module, "CACHE", str(tmp_path / "cache" / "planetoid")
    )
    return tmp_path / "cache" / "planetoid"


def test_missing_files_are_downloaded_once(tmp_path, cache, monkeypatch):
    served = tmp_path / "served"
    served.mkdir()
    write_planetoid(served)
    asked = []

    def urlopen(url, timeout):
        folder, _, name = url.rpartition("/")
        assert folder == "https://github.com/kimiyoung/planetoid/raw/master/data"
        asked.append(name)
        return io.BytesIO((served / name).read_bytes())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    check_small(planetoid("citeseer"))
    assert sorted(asked) == sorted(path.name for path in served.iterdir())
    assert {path.name for path in cache.iterdir()} == set(asked)
    check_small(planetoid("citeseer"))
    assert len(asked) == 7


@pytest.mark.parametrize(
    "error", [urllib.error.URLError("no route to host"), TimeoutError("timed out")]
)
def test_no_network_raises_in_one_line(cache, monkeypatch, error):
    def urlopen(url, timeout):
        raise error

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(
        OSError, match=r"Could not download ind.cora.y, .*data_dir"
    ) as e:
        planetoid("cora")
    assert "\n" not in str(e.value)
    assert not list(pathlib.Path(cache).iterdir())
