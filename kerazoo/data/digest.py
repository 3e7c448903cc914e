"""What tells data from others, in a few letters."""

import hashlib
import typing

import numpy as np

_SHORT = 12


def data_digest(
    *parts: np.ndarray | bytes | memoryview | typing.Iterable[str],
) -> str:
    """Returns a digest of arrays, bytes and lists of str, of all of their content.

    Args:
        *parts: What to tell apart.

    Returns:
        64 hexadecimal digits.

    Example:

    ```python
    import numpy as np
    from kerazoo.data import data_digest

    data_digest(["a text"], np.array([3]))
    ```
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, (bytes, memoryview)):
            digest.update(part)
        elif isinstance(part, np.ndarray):
            digest.update(f"{part.dtype} {part.shape}\n".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            for line in part:
                digest.update(f"{line}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def array_digest(*arrays: np.ndarray) -> str:
    """Returns a digest of arrays that is short enough for the name of a file.

    Args:
        *arrays: What to tell apart, by type, shape and content.

    Returns:
        12 hexadecimal digits.

    Example:

    ```python
    import numpy as np
    from kerazoo.data import array_digest

    array_digest(np.zeros((2, 3)), np.arange(4))
    ```
    """
    parts: list[bytes | memoryview] = []
    for array in map(np.ascontiguousarray, arrays):
        parts.append(f"{array.dtype.str} {array.shape} ".encode())
        parts.append(array.view(np.uint8).data if array.size else b"")
    return data_digest(*parts)[:_SHORT]
