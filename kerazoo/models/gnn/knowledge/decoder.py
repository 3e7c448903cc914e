"""What decoders of knowledge graphs have in common."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


class Decoder:
    """Base class of the scores of triples.

    A decoder has no weights. It makes a query, a vector of the entities' kind, of a
    head and a relation, and scores tails by it; heads are the tails of the inverse
    relation.

    Args:
        embedding_size: Width D of the entities.
        margin: Score of a distance of 0, where scores are of distances.

    Raises:
        ValueError: If the width is not positive, or odd where coordinates are pairs.

    Attributes:
        relation_size: Width of the relations.
    """

    is_complex = False
    is_product = False  # Whether scores are products, which half precision suits.
    _initial_scale = 1e-3  # As published with `ComplEx`.

    def __init__(self, embedding_size: int, margin: float = 9.0):
        if embedding_size < 1 or (self.is_complex and embedding_size % 2):
            kind = "positive and even" if self.is_complex else "positive"
            raise ValueError(
                f"`embedding_size` must be {kind}. "
                f"Received: embedding_size={embedding_size}"
            )
        self.embedding_size = embedding_size
        self.margin = margin

    @property
    def relation_size(self) -> int:
        return self.embedding_size

    @property
    def numbers_per_score(self) -> int:
        """How many numbers are in memory for each of `scores`."""
        return 1

    def initializer(self) -> keras.Initializer:
        """Returns the initializer of both tables."""
        return keras.initializers.RandomNormal(stddev=self._initial_scale)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Returns queries `(B, D)` of heads `(B, D)` and relations."""
        raise NotImplementedError

    def inverse(self, relations: Tensor) -> Tensor:
        """Returns the inverses, with which (t, r', h) has the score of (h, r, t)."""
        raise NotImplementedError

    def scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        """Returns the scores `(B, N)` of entities `(N, D)` for queries `(B, D)`."""
        raise NotImplementedError

    def pair_scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        """Returns the scores `(B, K)` of entities `(B, K, D)` for queries `(B, D)`."""
        raise NotImplementedError

    def cubes(self, embeddings: Tensor) -> Tensor:
        """Returns the sum of the cubes of the moduli, the N3 penalty, `(...)`."""
        return ops.sum(ops.power(ops.abs(embeddings), 3), axis=-1)


class BilinearDecoder(Decoder):
    """Base class of decoders whose scores are products of queries and entities."""

    is_product = True

    def scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        return ops.matmul(queries, ops.transpose(entities))

    def pair_scores(self, queries: Tensor, entities: Tensor) -> Tensor:
        return ops.squeeze(ops.matmul(entities, queries[..., None]), axis=-1)


class DistanceDecoder(Decoder):
    """Base class of decoders whose scores fall with a distance."""

    def initializer(self) -> keras.Initializer:
        bound = self.bound
        return keras.initializers.RandomUniform(-bound, bound)

    @property
    def bound(self) -> float:
        """Largest coordinate at first, as published with `RotatE`."""
        return (self.margin + 2) / self.embedding_size


def halves(values: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the real and the imaginary parts `(..., D / 2)` of `(..., D)`."""
    size = values.shape[-1] // 2
    return values[..., :size], values[..., size:]


def complex_cubes(embeddings: Tensor) -> Tensor:
    """Returns the sum of the cubes of the moduli of complex numbers."""
    real, imaginary = halves(embeddings)
    squares = real**2 + imaginary**2
    return ops.sum(squares * safe_sqrt(squares), axis=-1)


def safe_sqrt(squares: Tensor) -> Tensor:
    """Returns the square root, with a finite gradient at 0."""
    return ops.sqrt(ops.maximum(squares, 1e-14))
