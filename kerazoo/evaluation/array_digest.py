"""Short names for what is in arrays."""

import hashlib

import numpy as np


def array_digest(*arrays):
    """Returns 12 letters and digits that tell arrays, shapes and types apart.

    Example:

    ```python
    array_digest(np.zeros((2, 3)), np.arange(4))
    ```
    """
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype.str} {array.shape} ".encode())
        digest.update(array.view(np.uint8).data if array.size else b"")
    return digest.hexdigest()[:12]
