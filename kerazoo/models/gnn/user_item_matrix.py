"""The adjacency of users and items."""

import tensorflow as tf
from keras import ops

from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.normalization import symmetric_normalization
from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
from kerazoo.models.gnn.recommendation_batch import Taken


def bipartite_matrix(
    users: Tensor, items: Tensor, num_users: int, num_items: int
) -> EdgeMatrix:
    r"""Returns \(D^{-1/2} A D^{-1/2}\) of the graph of users and items.

    Args:
        users: int `(E,)`.
        items: int `(E,)`. What they took.
        num_users, num_items: int.

    Example:

    ```python
    matrix = bipartite_matrix(np.array([0]), np.array([1]), num_users=1, num_items=2)
    matrix @ np.eye(3, dtype="float32")  # 1 between nodes 0 and 2.
    ```
    """
    users = ops.convert_to_tensor(users)
    items = ops.cast(items, users.dtype) + num_users
    source = ops.concatenate([users, items])
    target = ops.concatenate([items, users])
    num_nodes = num_users + num_items
    weights = symmetric_normalization(source, target, num_nodes)
    return EdgeMatrix(source, target, weights, num_nodes)


def prepared_bipartite_matrix(taken: Taken, num_items: int) -> AdjacencyMatrix:
    """Returns the `bipartite_matrix` of what stays the same, for fast products.

    Args:
        taken: What users took.
        num_items: Number of all items.

    Example:

    ```python
    from kerazoo.data.graphs.southern_women import southern_women

    prepared_bipartite_matrix(southern_women().train, num_items=14).shape  # (32, 32)
    ```
    """
    num_users = len(taken.starts) - 1
    with tf.device("CPU"):
        matrix = bipartite_matrix(taken.users, taken.items, num_users, num_items)
    return AdjacencyMatrix(
        matrix.source, matrix.target, matrix.weights, matrix.num_nodes
    )
