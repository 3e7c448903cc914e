"""Relations as complex diagonal matrices."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.knowledge.decoder import BilinearDecoder
from kerazoo.models.gnn.knowledge.decoder import complex_cubes
from kerazoo.models.gnn.knowledge.decoder import halves


class ComplEx(BilinearDecoder):
    r"""Scores \(\mathrm{Re} \sum_i h_i r_i \overline{t_i}\) of complex numbers.

    See [Trouillon et al., 2016](https://arxiv.org/abs/1606.06357), Equation 9. The
    first half of an embedding is real, the second imaginary.

    Args:
        embedding_size: See `Decoder`; twice the rank.
        margin: Not used.

    Example:

    ```python
    decoder = ComplEx(embedding_size=2)
    i, one = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    decoder.scores(decoder.query(i, i), one)  # [[-1]], as i * i is -1.
    ```
    """

    is_complex = True

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        (a, b), (c, d) = halves(heads), halves(relations)
        return ops.concatenate([a * c - b * d, a * d + b * c], axis=-1)

    def inverse(self, relations: Tensor) -> Tensor:
        real, imaginary = halves(relations)
        return ops.concatenate([real, -imaginary], axis=-1)

    def cubes(self, embeddings: Tensor) -> Tensor:
        return complex_cubes(embeddings)
