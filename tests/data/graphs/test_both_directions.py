import networkx
import numpy as np

from kerazoo.data.graphs.both_directions import both_directions


def test_hand_worked_edges():
    # 0-2 is there in both directions, 1-0 twice, 2-2 is a self-loop.
    source, target, rows = both_directions([0, 1, 2, 1, 2], [2, 0, 0, 0, 2])
    assert source.tolist() == [0, 0, 1, 2, 2]
    assert target.tolist() == [1, 2, 0, 0, 2]
    # Each edge comes from the first given one of its direction, else of its reverse.
    assert rows.tolist() == [1, 0, 1, 2, 4]


def test_random_edges_equal_those_of_networkx():
    ends = np.random.default_rng(0).integers(0, 12, (2, 60))
    source, target, rows = both_directions(*ends)
    expected = networkx.Graph(list(zip(*ends))).to_directed().edges
    assert set(zip(source.tolist(), target.tolist())) == set(expected)
    assert len(source) == len(expected)
    given = ends[:, rows]
    assert np.all(np.sort(given, axis=0) == np.sort([source, target], axis=0))


def test_no_edges():
    for part in both_directions([], []):
        assert part.shape == (0,)
        assert part.dtype == np.int32
