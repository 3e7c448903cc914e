import hashlib

import numpy as np

from kerazoo.data.digest import array_digest
from kerazoo.data.digest import data_digest

NUMBERS = np.arange(6, dtype=np.int32).reshape(2, 3)


def test_digests_are_those_of_version_0_1():
    """Folders of runs and names of cached files have them."""
    found = data_digest(["a text", "b\udcff"], NUMBERS)
    assert found == "3709c17f9bd11ae2223ef4858beb1482045757dda7fe1a36013dd7ac293cd366"
    assert array_digest(NUMBERS.T, NUMBERS) == "ab2cc829b2c8"


def test_bytes_are_hashed_as_they_are():
    assert data_digest(b"ab", b"c") == hashlib.sha256(b"abc").hexdigest()


def test_lines_are_told_apart():
    texts = [["a", "b"], ["ab"], ["b", "a"], ["a", "b", ""], []]
    assert len({data_digest(lines) for lines in texts}) == len(texts)


def test_digests_tell_arrays_apart():
    zeros = np.zeros((2, 3), np.float32)
    others = [
        zeros.T,
        zeros.astype(np.int32),
        zeros + 1,
        zeros[:0],
        np.zeros(6, np.float32),
    ]
    assert len({array_digest(array) for array in [zeros, *others]}) == 6
    assert array_digest(zeros) == array_digest(zeros.T.copy().T)
    assert array_digest(zeros, others[2]) != array_digest(others[2], zeros)
    assert array_digest(np.float32(3)) != array_digest(np.float32(4))
