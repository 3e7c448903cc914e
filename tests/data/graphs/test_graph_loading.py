import subprocess
import sys

import pytest

from kerazoo.data.graphs.loading import NODE_DATASETS
from kerazoo.data.graphs.loading import load_graph_dataset
from kerazoo.data.graphs.loading import load_node_dataset
from kerazoo.data.graphs.molecule_columns import MoleculeColumns
from kerazoo.data.graphs.molecules import featurize
from kerazoo.data.graphs.size_descriptors import size_descriptors


def test_karate_club_by_name():
    dataset = load_node_dataset("karate_club")
    assert dataset.name == dataset.describe() == "karate_club"
    assert dataset.graph.num_nodes == 34


def test_tables_have_a_direction_and_a_seed(tmp_path):
    nodes = "".join(f"n{i},{'ab'[i % 2]},{i}\n" for i in range(20))
    (tmp_path / "nodes.csv").write_text(f"id,label,size\n{nodes}")
    (tmp_path / "edges.csv").write_text("source,target\nn0,n1\n")
    both = load_node_dataset("tables", tmp_path)
    one = load_node_dataset("tables", tmp_path, directed=True, seed=1)
    assert (both.graph.num_edges, one.graph.num_edges) == (2, 1)
    assert both.train.tolist() != one.train.tolist()


def test_collection_with_descriptors(tmp_path):
    (tmp_path / "PAIR.txt").write_text("2\n1 0\n0 0\n2 1\n0 1 1\n0 1 0\n")
    dataset = load_graph_dataset("PAIR", tmp_path, descriptors=True)
    assert dataset.describe() == "PAIR"
    for graph in dataset.graphs:
        assert graph.context_features.tolist() == size_descriptors(graph).tolist()
    assert load_graph_dataset("PAIR", tmp_path).graphs[0].context_features is None


def test_molecules_by_their_columns(tmp_path):
    pytest.importorskip("rdkit")
    (tmp_path / "own.csv").write_text("mass,s,kind\n1.5,C,x\n2.5,CC,y\n")
    columns = MoleculeColumns(smiles_column="s", target_column="mass")
    dataset = load_graph_dataset("own.csv", tmp_path, columns)
    assert dataset.smiles == ["C", "CC"] and dataset.labels.tolist() == [1.5, 2.5]


def test_unknown_names_raise(tmp_path):
    with pytest.raises(ValueError, match="karate_club.* Received: dataset=cites"):
        load_node_dataset("cites")
    with pytest.raises(ValueError, match="nodes.csv.* Received: .*data_dir=None"):
        load_node_dataset("tables")
    with pytest.raises(FileNotFoundError, match="nodes.csv"):
        load_node_dataset("tables", tmp_path)
    with pytest.raises(FileNotFoundError, match="no.csv"):
        load_graph_dataset("no.csv", tmp_path)
    with pytest.raises(FileNotFoundError, match="NO.txt"):
        load_graph_dataset("NO", tmp_path)


def test_missing_rdkit_is_said(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    message = r"pip install 'kerazoo\[molecules\]'"
    (tmp_path / "own.csv").write_text("smiles,y\nC,0\nCC,1\n")
    with pytest.raises(ModuleNotFoundError, match=message):
        load_graph_dataset("own.csv", tmp_path)
    with pytest.raises(ModuleNotFoundError, match=message):
        featurize("C")


def test_names_are_known_without_reading_anything():
    program = (
        "import sys, kerazoo.data.graphs.loading as loading\n"
        "print(*loading.NODE_DATASETS, *{'numpy', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.decode().split() == list(NODE_DATASETS), done.stderr
