"""Relations as translations."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.knowledge.decoder import DistanceDecoder
from kerazoo.models.gnn.knowledge.decoder import safe_sqrt


class TransE(DistanceDecoder):
    r"""Scores \(\gamma - \lVert h + r - t \rVert_2\).

    See [Bordes et al., 2013](https://papers.nips.cc/paper/5071), Equation 1.

    Args:
        embedding_size: See `Decoder`.
        margin: \(\gamma\).

    Example:

    ```python
    decoder = TransE(embedding_size=2, margin=9.0)
    query = decoder.query(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    decoder.scores(query, np.array([[1.0, 2.0], [4.0, 6.0]]))  # [[9, 4]]
    ```
    """

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        return heads + relations

    def inverse(self, relations: Tensor) -> Tensor:
        return -relations

    def scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        # By products: differences of all pairs would be (B, N, D).
        squares = (
            ops.sum(queries**2, axis=-1, keepdims=True)
            + ops.sum(entities**2, axis=-1)
            - 2 * ops.matmul(queries, ops.transpose(entities))
        )
        return self.margin - safe_sqrt(squares)

    def pair_scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        squares = ops.sum((queries[..., None, :] - entities) ** 2, axis=-1)
        return self.margin - safe_sqrt(squares)
