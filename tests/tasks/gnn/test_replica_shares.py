import numpy as np
import pytest
import tensorflow as tf

from kerazoo.tasks.gnn.replica_shares import ReplicaShares
from kerazoo.training import strategy as strategies


@pytest.mark.parametrize("count", [1, 6, 7])
def test_two_replicas_share_everything_out_once(count):
    strategy = strategies.create("mirrored", num_devices=2)
    names, pairs = np.arange(count) + 10, np.arange(2 * count).reshape(count, 2)
    shares = ReplicaShares(names, pairs, replicas=2)
    parts = tf.function(lambda: strategy.run(shares))()
    found = [strategy.experimental_local_results(part) for part in parts]
    sizes = {len(array) for arrays in found for array in arrays}
    assert sizes == {-(-count // 2)}  # All of one size, for synchronized statistics.
    names_found, pairs_found, weights = (np.concatenate(arrays) for arrays in found)
    assert weights.dtype == np.float32
    assert set(weights) <= {0.0, 1.0}
    assert sorted(names_found[weights == 1]) == names.tolist()
    np.testing.assert_array_equal(
        pairs_found[weights == 1], pairs[names_found[weights == 1] - 10]
    )


def test_one_replica_has_all_in_order():
    names = np.array([5, 3, 9])
    found, weights = ReplicaShares(names, replicas=1)()
    np.testing.assert_array_equal(found, names)
    np.testing.assert_array_equal(weights, np.ones(3))
