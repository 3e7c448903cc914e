import dataclasses

import numpy as np
import pytest

from kerazoo.data.graphs.triple_dataset import TripleDataset

CLUB = TripleDataset(
    "club",
    ["ann", "bob", "cy"],
    ["knows"],
    np.array([[0, 0, 1], [1, 0, 2]]),
    np.zeros((0, 3), int),
    np.array([[0, 0, 2]]),
)


def test_what_is_right_passes():
    CLUB.validate()
    assert len(CLUB.triples) == 3 and not CLUB.unseen_entities


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"entity_names": ["ann", "ann", "cy"]},
            "`entity_names` must .* no name twice",
        ),
        ({"train": np.array([[0, 1]])}, r"Received: shape=\(1, 2\)"),
        ({"train": np.array([[0, 0, 3]])}, r"Received: up to \[0, 0, 3\]"),
        ({"test": np.zeros((0, 3), int)}, "`test` must have triples"),
        (
            {"relation_names": ["knows", "likes"], "test": np.array([[0, 1, 2]])},
            "Received: 'likes' in held-out triples only",
        ),
    ],
)
def test_mistakes(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(CLUB, **changes).validate()
