"""Words and texts as hashed features."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def hashed_words(cells: Sequence[str], buckets: int) -> sparse.csr_array:
    """Returns features of cells of which each is one word, whatever it holds.

    A word's feature, and its sign, are those of its MurmurHash3
    ([Weinberger et al., 2009](https://arxiv.org/abs/0902.2206)).

    Args:
        cells: N cells; an empty one has no feature.
        buckets: Number of features D.

    Returns:
        float32 `(N, D)`, one entry of 1 or -1 in each row.

    Example:

    ```python
    hashed_words(["Oslo", "Bergen", "Oslo", ""], 64).toarray().any(axis=1)
    # [True, True, True, False]
    ```
    """
    return _hashed(cells, buckets, analyzer=lambda cell: [cell] if cell else [])


def hashed_texts(cells: Sequence[str], buckets: int) -> sparse.csr_array:
    """Returns bags of the words of texts, hashed, each of Euclidean norm 1.

    Words of two letters or more count, in lower case.

    Args:
        cells: N texts; an empty one has no feature.
        buckets: Number of features D.

    Returns:
        float32 `(N, D)`.

    Example:

    ```python
    one, other = hashed_texts(["On trees.", "trees on"], 512).toarray()
    (one == other).all()  # True
    ```
    """
    return _hashed(cells, buckets)


def _hashed(cells, buckets, **arguments):
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(n_features=buckets, dtype=np.float32, **arguments)
    return sparse.csr_array(vectorizer.transform(cells))
