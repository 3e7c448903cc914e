import numpy as np
import pytest

pytest.importorskip("rdkit")

from kerazoo.data.graphs.molecule_graph import feature_sizes
from kerazoo.data.graphs.molecule_graph import featurize
from kerazoo.data.graphs.reactions import condensed_graph
from kerazoo.data.graphs.reactions import is_reaction
from kerazoo.data.graphs.reactions import split_reaction
from kerazoo.data.graphs.reactions import unchanged

# The carbon loses bromine and gets oxygen; water of the reactants has no number.
EXCHANGE = "[CH3:1][Br:2].[OH-:3].O>[Na+]>[CH3:1][OH:3].[Br-:2]"


def test_parts():
    reaction = split_reaction("CCO.CC(=O)O > [H+] > CCOC(C)=O")
    assert (reaction.reactants, reaction.agents) == ("CCO.CC(=O)O", "[H+]")
    assert reaction.products == "CCOC(C)=O"
    assert not reaction.is_mapped
    assert split_reaction("C>>O").agents == ""
    assert split_reaction(EXCHANGE).is_mapped
    # A colon without a number is an aromatic bond.
    assert not split_reaction("c1:c:c:c:c:c1>>c1:c:c:c:c:c1").is_mapped


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("CCO", "no arrow"),
        ("CC>CO", "1 times >"),
        ("C>>O>N>S", "4 times >"),
        (">>CCO", "without reactants"),
        ("CCO>>", "without products"),
    ],
)
def test_texts_that_are_no_reaction(text, received):
    with pytest.raises(ValueError, match=f"reactants>>products.*{received}"):
        split_reaction(text)
    assert not is_reaction(text)


def test_words_between_arrows_are_no_reaction():
    assert is_reaction("CCO>>CC=O")
    assert not is_reaction("ethanol>>ethanal")


def test_condensed_graph_by_hand():
    graph = condensed_graph(split_reaction(EXCHANGE))
    graph.validate()
    node_size, edge_size = feature_sizes()
    # In the order of the reactants: carbon, bromine, oxygen, and the water.
    carbon, bromine, oxygen, water = (
        featurize(smiles).node_features[0] for smiles in ("CBr", "BrC", "[OH-]", "O")
    )
    after = featurize("CO").node_features
    left = featurize("[Br-]").node_features[0]
    nothing = np.zeros(node_size)
    before = np.stack([carbon, bromine, oxygen, water])
    changed = np.stack([after[0], left, after[1], nothing]) - before
    np.testing.assert_array_equal(graph.node_features[:, :node_size], before)
    np.testing.assert_array_equal(graph.node_features[:, node_size:], changed)
    single = featurize("CO").edge_features[0]
    edges = {
        tuple(pair): features
        for *pair, features in zip(graph.source, graph.target, graph.edge_features)
    }
    assert set(edges) == {(0, 1), (1, 0), (0, 2), (2, 0)}
    for pair in ((0, 1), (1, 0)):  # Broken.
        np.testing.assert_array_equal(edges[pair], [*single, *-single])
    for pair in ((0, 2), (2, 0)):  # Made.
        np.testing.assert_array_equal(edges[pair], [*np.zeros(edge_size), *single])


def test_an_atom_that_the_products_alone_have_is_a_node():
    graph = condensed_graph(split_reaction("[CH4:1]>>[CH3:1][Cl:5]"))
    size, _ = feature_sizes()
    assert graph.num_nodes == 2
    assert not graph.node_features[1, :size].any()
    chlorine = featurize("ClC").node_features[0]
    np.testing.assert_array_equal(graph.node_features[1, size:], chlorine)


def test_numbers_alone_do_not_change_the_graph():
    """Whatever the numbers and the order of the atoms, sums over nodes are the same."""
    one = condensed_graph(
        split_reaction("[CH3:1][Br:2].[OH-:3]>>[CH3:1][OH:3].[Br-:2]")
    )
    other = condensed_graph(
        split_reaction("[OH-:7].[Br:4][CH3:9]>>[Br-:4].[OH:7][CH3:9]")
    )
    for name in ("node_features", "edge_features"):
        ours, theirs = (
            sorted(map(tuple, getattr(graph, name))) for graph in (one, other)
        )
        assert ours == theirs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CCO>>CC=O", "numbers on both sides"),
        ("[CH3:1][CH3:1]>>[CH3:1]C", "number 1 twice in reactants"),
        ("[CH3:1]C>>[CH3:1][CX:2]", "valid SMILES"),
    ],
)
def test_mistakes(text, message):
    with pytest.raises(ValueError, match=message):
        condensed_graph(split_reaction(text))


def test_what_does_not_react_changes_nothing():
    graph = featurize("CC=O")
    found = unchanged(graph)
    size, edge_size = feature_sizes()
    np.testing.assert_array_equal(found.node_features[:, :size], graph.node_features)
    assert not found.node_features[:, size:].any()
    assert found.edge_features.shape == (4, 2 * edge_size)
    mapped = condensed_graph(split_reaction("[CH3:1][CH:2]=[O:3]>>[CH3:1][CH:2]=[O:3]"))
    np.testing.assert_array_equal(mapped.node_features, found.node_features)
    assert mapped.num_edges == found.num_edges
