"""Explanations of stored models, whose weights tell what matters."""

import kerazoo.tasks.gnn  # noqa: F401

# isort: split
import numpy as np
import pytest

from kerazoo.tasks.gnn.explainer import METHODS
from kerazoo.tasks.gnn.explainer import GraphExplainer
from tests.tasks.gnn.stored_models import NAMES
from tests.tasks.gnn.stored_models import store_models


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return store_models(tmp_path_factory.mktemp("stored"))


@pytest.mark.parametrize("method", METHODS)
def test_of_a_node(stored, method):
    explainer = GraphExplainer(stored["node"], method=method, top_edges=3)
    found = explainer.of_node("16")
    assert found.answer in NAMES and 0.5 <= found.probability <= 1
    assert found.picture.startswith(b"\x89PNG")
    edges = [row for row in found.table() if row["part"] == "edge"]
    assert len(edges) == 78  # Both directions are one.
    sizes = [abs(row["importance"]) for row in edges]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 0
    # Only what is at most two edges away can matter: 5 and 6, and their neighbours.
    near = {f"member {i}" for i in (16, 5, 6, 0, 4, 10)}
    for row in edges:
        if row["importance"]:
            assert {row["source"], row["target"]} <= near
    assert found.fidelity["edges"] == 3


def test_of_the_other_class(stored):
    explainer = GraphExplainer(stored["node"], method="gradient")
    found = [explainer.of_node("3", name) for name in NAMES]
    assert [own.answer for own in found] == NAMES
    assert sum(own.probability for own in found) == pytest.approx(1, abs=1e-5)


def test_of_a_pair(stored):
    found = GraphExplainer(stored["link"]).of_pair("0", "member 1")
    assert found.answer in ("linked", "not linked") and found.probability >= 0.5
    assert np.abs(found.importances.edges).max() > 0


@pytest.mark.slow
def test_of_a_molecule(stored):
    found = GraphExplainer(stored["graph"]).of_molecule("CC(=O)O")
    assert found.probability is None and np.isfinite(found.value)
    assert found.picture.startswith(b"\x89PNG")
    parts = [row["part"] for row in found.table()]
    assert parts.count("edge") == 3 and parts.count("node") == 4
    features = {r["source"] for r in found.table() if r["part"] == "feature"}
    assert {"element O", "aromatic"} <= features
    alone = GraphExplainer(stored["graph"]).of_molecule("C")
    assert np.isfinite(alone.value) and alone.fidelity["edges"] == 0


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        ("node", lambda e: e.of_node("40"), "`node` must be one of the 34.*node=40"),
        ("node", lambda e: e.of_node("1", "Bob"), "`output` must be.*Mr. Hi.*=Bob"),
        ("node", lambda e: e.of_pair("1", "2"), "asked about a node, not a pair"),
        ("link", lambda e: e.of_pair("1", "x"), "`pair` must be one of.*pair=x"),
        ("graph", lambda e: e.of_molecule("C1"), "Expected a valid SMILES"),
        ("graph", lambda e: e.of_graph(3), "learnt from molecules.*graph=3"),
    ],
)
def test_what_is_not_there_raises(stored, kind, call, message):
    with pytest.raises(ValueError, match=message):
        call(GraphExplainer(stored[kind], method="gradient"))


def test_unknown_method_raises(stored):
    with pytest.raises(ValueError, match="`method` must be one of.*method=lime"):
        GraphExplainer(stored["node"], method="lime")
