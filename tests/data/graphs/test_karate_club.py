import networkx
import numpy as np

from kerazoo.data.graphs.karate_club import karate_club


def test_ties_are_those_of_networkx_in_both_directions():
    club, graph = networkx.karate_club_graph(), karate_club().graph
    assert (graph.num_nodes, graph.num_edges) == (34, 2 * 78)
    adjacency = np.zeros((34, 34), int)
    np.add.at(adjacency, (graph.source, graph.target), 1)
    np.testing.assert_array_equal(
        adjacency, networkx.to_numpy_array(club, weight=None).astype(int)
    )


def test_sides_and_split():
    dataset = karate_club()
    dataset.validate()
    # The club broke into halves; the first and the last member led them.
    assert np.bincount(dataset.labels).tolist() == [17, 17]
    assert [dataset.class_names[side] for side in dataset.labels[[0, 33]]] == [
        "Mr. Hi",
        "Officer",
    ]
    assert dataset.train.tolist() == [0, 33]
    assert dataset.validation.size == 0
    assert dataset.test.tolist() == list(range(1, 33))
    np.testing.assert_array_equal(dataset.graph.node_features, np.eye(34))
