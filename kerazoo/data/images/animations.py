"""Moving pictures of many images."""

import io

import numpy as np

from kerazoo.data.images.pictures import grid_pixels


def grid_animation(
    states: np.ndarray,
    columns: int,
    gap: int = 1,
    scale: int | None = None,
    seconds: float = 0.1,
    pause: float = 1.5,
) -> bytes:
    """Shows images side by side that change from state to state, again and again.

    Args:
        states: float array `(K, N, H, W, C)` in [-1, 1], C 1 or 3. The states of N
            images, first to last.
        columns, gap, scale: See `grid_picture`.
        seconds: float. Time of a state, at least 0.02: browsers slow down below.
        pause: float. Time of the last state, in seconds.

    Returns:
        bytes of a GIF. Its grey images are exact, its colours 256 of each state.

    Raises:
        ValueError: If there is no state, or a time is too short.

    Example:

    ```python
    import pathlib

    states = np.random.default_rng(0).uniform(-1, 1, (10, 16, 8, 8, 1))
    pathlib.Path("grid.gif").write_bytes(grid_animation(states, columns=4))
    ```
    """
    from PIL import Image

    if not len(states):
        raise ValueError("Expected at least one state. Received: states=[]")
    if min(seconds, pause) < 0.02:
        raise ValueError(
            "`seconds` and `pause` must be at least 0.02. "
            f"Received: seconds={seconds}, pause={pause}"
        )
    first, *others = [
        Image.fromarray(grid_pixels(images, columns, gap, scale)) for images in states
    ]
    # GIF counts in hundredths of a second.
    times = [round(100 * t) * 10 for t in [seconds] * len(others) + [pause]]
    buffer = io.BytesIO()
    first.save(
        *(buffer, "GIF"),
        save_all=True,
        append_images=others,
        duration=times if others else times[0],
        loop=0,
    )
    return buffer.getvalue()
