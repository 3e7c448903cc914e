"""Relations as diagonal matrices."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.knowledge.decoder import BilinearDecoder


class DistMult(BilinearDecoder):
    r"""Scores \(\sum_i h_i r_i t_i\), the same for a triple and its inverse.

    See [Yang et al., 2015](https://arxiv.org/abs/1412.6575), Equation 4.

    Args:
        embedding_size: See `Decoder`.
        margin: Not used.

    Example:

    ```python
    decoder = DistMult(embedding_size=2)
    query = decoder.query(np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]]))
    decoder.scores(query, np.array([[1.0, 1.0]]))  # [[5]]
    ```
    """

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        return heads * relations

    def inverse(self, relations: Tensor) -> Tensor:
        return relations
