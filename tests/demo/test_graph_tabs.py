"""The parts of the page of models that take graphs."""

import networkx
import numpy as np
import pytest

from kerazoo.data.graphs.graph import Graph
from kerazoo.demo.export import Export
from kerazoo.demo.graph_source import NamedGraph
from kerazoo.demo.graph_source import find_graph
from kerazoo.demo.graph_tab import GraphTab
from kerazoo.demo.graph_view import GraphViewTab
from kerazoo.demo.link_tab import LinkTab
from kerazoo.demo.molecule_tab import MoleculeTab
from kerazoo.demo.node_tab import NodeTab
from tests.demo.exports import exports
from tests.demo.html_parts import bars_of
from tests.demo.html_parts import cells_of
from tests.demo.html_parts import words_of


@pytest.fixture(scope="module")
def nodes():
    return NodeTab(exports()["nodes"])


def share_of_first(node, removed=()):
    """Returns the share of a node's ties that go to the first 17, as the model."""
    club = networkx.karate_club_graph()
    club.remove_edges_from(removed)
    return np.mean([other < 17 for other in club[node]])


def test_node_has_its_class(nodes):
    graph = find_graph(nodes.metadata)
    picture, answer, answered = nodes.show(graph, 33, 0)
    shares, chosen = bars_of(answer)
    assert shares["first"] == f"{share_of_first(33):.1%}"
    assert chosen == ["last"]
    assert "member 33: last" in words_of(answer)
    assert picture.count("data-node") == 34
    assert 'class="node chosen" data-node="33"' in picture
    assert "Answered" in answered


def test_edge_that_is_removed_changes_the_answer(nodes):
    graph = find_graph(nodes.metadata).with_edge_changed(33, 8)
    _, answer, _ = nodes.show(graph, 33, 8)
    share = share_of_first(33, removed=[(33, 8)])
    assert share != share_of_first(33)
    assert bars_of(answer)[0]["first"] == f"{share:.1%}"


def test_graph_keeps_its_places(nodes):
    graph = find_graph(nodes.metadata)
    assert nodes.places(graph, 0) == nodes.places(graph.with_edge_changed(0, 1), 5)


@pytest.mark.parametrize("name", ["nodes", "links"])
def test_without_a_graph_one_is_asked_for(name):
    tab = {"nodes": NodeTab, "links": LinkTab}[name](exports()[name])
    assert isinstance(tab, GraphViewTab)
    assert "Upload the graph" in tab.show(None, None, None)[0]


def test_likeliest_new_links_are_those_that_are_not_there():
    tab = LinkTab(exports()["links"])
    graph = find_graph(tab.metadata)
    picture, answer, _ = tab.show(graph, 33, 0)
    assert "member 33, member 0: 2.9%" in words_of(answer)  # 1 / 34.
    assert "they are not linked" in words_of(answer)
    club = networkx.karate_club_graph()
    new = [one for one in range(32, -1, -1) if one not in club[33]][:5]
    expected = [[f"member {one}", f"{1 / (34 - one):.1%}"] for one in new]
    assert cells_of(answer) == expected
    assert picture.count('class="new edge"') == 5
    assert "they are linked" in words_of(tab.show(graph, 33, 32)[1])


def test_molecule_is_drawn_and_has_its_value():
    tab = MoleculeTab(exports()["molecules"])
    picture, best, shares, _ = tab.predict(" CCO ")
    assert words_of(best).split() == ["atoms:", "3"]
    assert shares == "" and "<svg" in picture
    with pytest.raises(ValueError, match="valid SMILES.*'C1CC'"):
        tab.predict("C1CC")


def test_graph_of_lines_has_its_class():
    tab = GraphTab(exports()["graphs"])
    picture, best, shares, _ = tab.predict("6 1 1\n7 2 0 2\n\n6 1 1\n")
    assert words_of(best).split() == ["class", "even"]
    assert bars_of(shares)[0] == {"even": "66.7%", "odd": "33.3%"}
    assert picture.count("data-node") == 3
    assert picture.count('class="edge"') == 2
    assert "node 1: tag 7" in picture
    assert bars_of(tab.predict(tab.example())[2])[0]["even"] == "100.0%"


@pytest.mark.parametrize("lines", ["", "6 2 1", "carbon", "6 1 9"])
def test_wrong_lines_are_errors(lines):
    with pytest.raises(ValueError, match="a line") as caught:
        GraphTab(exports()["graphs"]).predict(lines)
    assert "nodes.txt" not in str(caught.value)


def test_files_that_are_not_as_in_training_are_said(tmp_path, nodes):
    metadata = {**nodes.metadata, "dataset": "tables"}
    tab = NodeTab(Export("own", nodes.export.version, metadata), tmp_path)
    assert tab.find() == (None, "")  # There are none.
    (tmp_path / "nodes.csv").write_text("id\nann\nbob\n")
    (tmp_path / "edges.csv").write_text("source,target\nann,bob\n")
    graph, problem = tab.find()
    assert graph is None and "nodes.csv: the model has learnt from the nodes" in problem


def test_graph_of_other_features_is_an_error(nodes):
    graph = NamedGraph(Graph(np.eye(3), np.array([0]), np.array([1])), ["a", "b", "c"])
    with pytest.raises(ValueError, match="expected 34 features of a node"):
        nodes.show(graph, 0, 1)


def test_uploaded_graph_can_be_chosen_from(tmp_path, nodes):
    names = nodes.metadata["inputs"]["node_names"]
    (tmp_path / "nodes.csv").write_text("\n".join(["id", *names, ""]))
    edge = "source,target\nmember 1,member 33\n"
    (tmp_path / "edges.csv").write_text(edge)
    files = [str(tmp_path / "nodes.csv"), str(tmp_path / "edges.csv")]
    graph, original, node, other = nodes.upload(files)
    assert graph is original and graph.has_edge(33, 1)
    assert node["choices"][33] == ("member 33", 33)
    assert (node["value"], other["value"]) == (0, 33)
