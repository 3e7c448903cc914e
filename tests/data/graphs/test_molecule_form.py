import numpy as np
import pytest

pytest.importorskip("rdkit")

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.graph_components import join_components
from kerazoo.data.graphs.molecule_form import MoleculeForm
from kerazoo.data.graphs.molecule_graph import feature_sizes
from kerazoo.data.graphs.molecule_graph import featurize

MAPPED = "[CH3:1][Br:2].[OH-:3]>>[CH3:1][OH:3].[Br-:2]"
WITH_AGENTS = "[CH3:1][Br:2].[OH-:3]>CCO>[CH3:1][OH:3].[Br-:2]"
PLAIN = "CCO.CC(=O)O>>CCOC(C)=O"
NODES, EDGES = feature_sizes()


@pytest.mark.parametrize(
    ("items", "reaction", "agents", "components", "joining"),
    [
        (["CCO", "C"], None, False, 1, "concatenate"),
        ([("CCO", ""), ("C", "O")], None, False, 2, "concatenate"),
        ([PLAIN, PLAIN], "sides", False, 2, "difference"),
        ([PLAIN, "C>O>CO"], "sides", True, 3, "difference"),
        ([PLAIN, MAPPED], "sides", False, 2, "difference"),
        ([MAPPED, MAPPED], "condensed", False, 1, "concatenate"),
        ([MAPPED, WITH_AGENTS], "condensed", True, 2, "concatenate"),
        ([MAPPED, MAPPED, "CCO"], "condensed", False, 1, "concatenate"),
    ],
)
def test_form_of_items(items, reaction, agents, components, joining):
    form = MoleculeForm.of(items)
    assert (form.reaction, form.agents) == (reaction, agents)
    assert (form.num_components, form.joining) == (components, joining)
    assert MoleculeForm(**form.describe()) == form


@pytest.mark.parametrize("descriptors", [False, True])
@pytest.mark.parametrize(
    ("items", "parts"),
    [
        ([("CCO", "c1ccccc1"), ("", "O")], 2),
        ([PLAIN, "C>O>CO"], 3),
        ([MAPPED, WITH_AGENTS], 3),
    ],
)
def test_graphs_of_a_form_have_the_same_widths(items, parts, descriptors):
    form = MoleculeForm.of(items, descriptors)
    graphs = [form.graph(item) for item in items]
    twice = 2 if form.reaction == "condensed" else 1
    alone = len(featurize("C", True).context_features)
    for graph in graphs:
        graph.validate()
        components = form.num_components
        assert graph.node_features.shape[1] == twice * NODES + components
        assert graph.edge_features.shape[1] == twice * EDGES
        np.testing.assert_array_equal(graph.node_features[:, -components:].sum(1), 1)
        if descriptors:
            assert graph.context_features.shape == (parts * alone,)


def test_sides_are_the_molecules_one_after_the_other():
    graph = MoleculeForm.of([PLAIN]).graph(PLAIN)
    left, right = featurize("CCO.CC(=O)O"), featurize("CCOC(C)=O")
    features = np.concatenate([left.node_features, right.node_features])
    np.testing.assert_array_equal(graph.node_features[:, :-2], features)
    np.testing.assert_array_equal(graph.node_features[:, -1], [0] * 7 + [1] * 6)
    np.testing.assert_array_equal(graph.source, [*left.source, *(right.source + 7)])
    np.testing.assert_array_equal(graph.target, [*left.target, *(right.target + 7)])


def test_agents_are_a_component_that_does_not_change():
    graph = MoleculeForm.of([WITH_AGENTS]).graph(WITH_AGENTS)
    is_agent = graph.node_features[:, -1] == 1
    agents = graph.node_features[is_agent]
    np.testing.assert_array_equal(agents[:, :NODES], featurize("CCO").node_features)
    assert not agents[:, NODES : 2 * NODES].any()
    assert MoleculeForm.of([WITH_AGENTS]).graph(MAPPED).num_nodes == 3


def test_joined_context_of_a_missing_component_is_zero():
    graph = Graph(np.ones((1, 2)), *np.zeros((2, 0), int), context_features=np.ones(3))
    joined = join_components([None, graph])
    np.testing.assert_array_equal(joined.context_features, [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(joined.node_features, [[1, 1, 0, 1]])


@pytest.mark.parametrize(
    ("items", "item", "message"),
    [
        ([("C", "O")], ("", ""), "no SMILES"),
        ([("C", "O")], ("C", "O", "N"), "2 columns .* Received: 3"),
        ([("C", "O")], "C", "2 columns .* Received: 1"),
        (["CCO"], ("C", "O"), "1 columns .* Received: 2"),
        (["CCO"], PLAIN, "valid SMILES"),
        ([PLAIN], "CCO", "no arrow"),
        ([PLAIN], "C>O>CO", "without agents"),
        ([MAPPED], PLAIN, "numbers on both sides"),
    ],
)
def test_items_of_another_form(items, item, message):
    with pytest.raises(ValueError, match=message):
        MoleculeForm.of(items).graph(item)
