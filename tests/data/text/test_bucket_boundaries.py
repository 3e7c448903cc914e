import itertools

import numpy as np
import pytest

from kerazoo.data.text.bucket_boundaries import bucket_boundaries


def tokens(lengths, boundaries):
    """Tokens with padding, one sequence at a time."""
    return sum(min(b for b in boundaries if b >= length) for length in lengths)


@pytest.mark.parametrize("num_buckets", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("multiple_of", [1, 4])
@pytest.mark.parametrize("seed", range(5))
def test_fewest_tokens_by_trying_all(num_buckets, multiple_of, seed):
    lengths = np.random.default_rng(seed).geometric(0.15, 40)
    candidates = sorted({-(-n // multiple_of) * multiple_of for n in lengths.tolist()})
    fewest = min(
        tokens(lengths, (*chosen, candidates[-1]))
        for chosen in itertools.combinations(
            candidates[:-1], min(num_buckets, len(candidates)) - 1
        )
    )
    boundaries = bucket_boundaries(lengths, num_buckets, multiple_of)
    assert len(boundaries) == min(num_buckets, len(candidates))
    assert list(boundaries) == sorted(set(boundaries))
    assert all(boundary % multiple_of == 0 for boundary in boundaries)
    assert tokens(lengths, boundaries) == fewest


def test_by_hand():
    assert bucket_boundaries([1, 1, 1, 5, 6, 20], num_buckets=3) == (1, 6, 20)
    assert bucket_boundaries([3, 3, 3], num_buckets=8) == (3,)
    assert bucket_boundaries([9, 2], num_buckets=2, multiple_of=8) == (8, 16)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([], 2), r"Received: lengths=\[\]"),
        (([3], 0), "Received: .*num_buckets=0"),
        (([3], 1, 0), "Received: .*multiple_of=0"),
    ],
)
def test_boundary_errors(args, message):
    with pytest.raises(ValueError, match=message):
        bucket_boundaries(*args)
