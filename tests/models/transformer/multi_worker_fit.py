"""One of two workers. `python -m tests.models.transformer.multi_worker_fit FILE.npz`"""

import sys

import tests.conftest  # noqa: F401

# isort: split
import numpy as np

from tests.models.fit_as_worker import fit_as_worker
from tests.models.transformer.tiny_translator import VOCABULARY
from tests.models.transformer.tiny_translator import tiny_translator

if __name__ == "__main__":
    # Of 11 rows the last batch has 3; their lengths differ.
    random = np.random.default_rng(0)
    lengths = random.integers(1, 7, (11, 1))
    source, target = (
        np.where(np.arange(6) < lengths, random.integers(1, VOCABULARY, (11, 6)), 0)
        for _ in range(2)
    )
    arrays = ((source, target[:, :-1]), target[:, 1:])
    fit_as_worker(sys.argv[1], tiny_translator, arrays, batch_size=4, validate=True)
