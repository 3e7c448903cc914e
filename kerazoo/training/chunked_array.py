"""Large arrays that change in part: a checkpoint writes only what has changed."""

import dataclasses
import typing

import numpy as np

_SMALL = 1 << 26  # Bytes of an array that is written as it is.
_CHUNK = 1 << 25  # Bytes of a chunk.


@dataclasses.dataclass(frozen=True)
class ChunkedArray:
    """An array in chunks of its first axis, each with a version.

    `Checkpoints` does not write a chunk again whose version is that of the checkpoint
    before: both then share its file.

    Args:
        chunks: Arrays, one behind the other the whole.
        versions: int of each. Of one run, equal versions of a chunk are equal arrays.

    Example:

    ```python
    from kerazoo.training.chunked_array import ChunkedArray

    rows = np.zeros((6, 2))
    ChunkedArray([np.ones((4, 2)), np.ones((2, 2))], [4, 6]).copy_to(rows)
    rows.sum()  # 12.0
    ```
    """

    chunks: typing.Sequence[np.ndarray]
    versions: typing.Sequence[int]

    def copy_to(self, array: np.ndarray) -> None:
        """Copies the chunks into an array of the whole's shape.

        Raises:
            ValueError: If it has another length.
        """
        end = 0
        for chunk in self.chunks:
            begin, end = end, end + len(chunk)
            array[begin:end] = chunk
        if end != len(array):
            raise ValueError(f"The array has {len(array)} rows, the chunks {end}.")


def in_chunks(
    array: np.ndarray,
    versions: typing.Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray | ChunkedArray:
    """Returns an array in chunks, or itself where it is small.

    Args:
        array: `(S, ...)`.
        versions: Function of the begins and the ends of chunks, int arrays, that
            returns their versions.
    """
    if array.nbytes < _SMALL:
        return array
    rows = max(_CHUNK // (array.nbytes // len(array)), 1)
    begins = np.arange(0, len(array), rows)
    ends = np.minimum(begins + rows, len(array))
    chunks = [array[begin:end] for begin, end in zip(begins, ends)]
    return ChunkedArray(chunks, versions(begins, ends).tolist())
