"""Relations as rotations."""

import math

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.knowledge.decoder import DistanceDecoder
from kerazoo.models.gnn.knowledge.decoder import complex_cubes
from kerazoo.models.gnn.knowledge.decoder import halves
from kerazoo.models.gnn.knowledge.decoder import safe_sqrt

_PIECES = 16  # Of the coordinates, whose differences are in memory at a time.


class RotatE(DistanceDecoder):
    r"""Scores \(\gamma - \sum_i |h_i e^{i \theta_i} - t_i|\) of complex numbers.

    See [Sun et al., 2019](https://arxiv.org/abs/1902.10197), Equation 3. The first half
    of an entity is real, the second imaginary. Relations are angles
    \(\theta\), stored in units that make \(\pi\) their largest at first, as in the
    published code.

    Args:
        embedding_size: See `Decoder`.
        margin: \(\gamma\).

    Example:

    ```python
    decoder = RotatE(embedding_size=2, margin=9.0)
    quarter = np.array([[decoder.bound / 2]])  # pi / 2
    query = decoder.query(np.array([[1.0, 0.0]]), quarter)
    decoder.scores(query, np.array([[0.0, 1.0]]))  # [[9]]: it is turned to i.
    ```
    """

    is_complex = True

    @property
    def relation_size(self) -> int:
        return self.embedding_size // 2

    @property
    def numbers_per_score(self) -> int:
        return -(-self.relation_size // _PIECES)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        angles = ops.cast(relations, heads.dtype) * (math.pi / self.bound)
        (a, b), c, d = halves(heads), ops.cos(angles), ops.sin(angles)
        return ops.concatenate([a * c - b * d, a * d + b * c], axis=-1)

    def inverse(self, relations: Tensor) -> Tensor:
        return -relations

    def scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        (a, b), (c, d) = halves(queries), halves(entities)
        step = self.numbers_per_score
        total = 0.0
        for start in range(0, self.relation_size, step):
            part = slice(start, start + step)
            real = a[:, None, part] - c[None, :, part]
            imaginary = b[:, None, part] - d[None, :, part]
            total = total + ops.sum(safe_sqrt(real**2 + imaginary**2), axis=-1)
        return self.margin - total

    def pair_scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        real, imaginary = halves(queries[..., None, :] - entities)
        return self.margin - ops.sum(safe_sqrt(real**2 + imaginary**2), axis=-1)

    def cubes(self, embeddings: Tensor) -> Tensor:
        if embeddings.shape[-1] == self.embedding_size:
            return complex_cubes(embeddings)
        return ops.zeros_like(embeddings[..., 0])  # Rotations have modulus 1.
