"""Work that threads do before its results are needed."""

import collections
import concurrent.futures
import os
import typing
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

_In = typing.TypeVar("_In")
_Out = typing.TypeVar("_Out")


def map_ahead(
    function: Callable[[_In], _Out], items: Iterable[_In], ahead: int
) -> Iterator[_Out]:
    """Applies a function to items, some of them before their result is asked for.

    Args:
        function: What threads do, several at once.
        items: What with.
        ahead: How many items are worked on, or done, before they are asked for.

    Yields:
        The results, in the order of the items.

    Example:

    ```python
    list(map_ahead(len, ["a", "bc"], ahead=8))  # [1, 2]
    ```
    """
    waiting: collections.deque[concurrent.futures.Future] = collections.deque()
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # Also where nobody asks any more.
        pool.shutdown(cancel_futures=True)
