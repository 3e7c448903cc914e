"""Checks of sounds that a dataset is made of."""

import typing

import numpy as np


def check_sounds(name: str, part: str, sounds: typing.Sequence[np.ndarray]) -> None:
    """Checks that sounds are mono, in float32, and not of zero length.

    Args:
        name: Name of the dataset, for errors.
        part: Name of its part, such as `"train"`.
        sounds: What to check.

    Raises:
        ValueError: If there are none, or one is not as it should be.

    Example:

    ```python
    import numpy as np

    check_sounds("words", "train", [np.zeros(800, "float32")])
    ```
    """
    if not len(sounds):
        raise ValueError(f"{name}: expected {part} sounds. Received: none")
    for i, sound in enumerate(sounds):
        if sound.ndim != 1 or sound.dtype != np.float32 or not sound.size:
            raise ValueError(
                f"{name}: sounds must be float32 (T,) with T > 0. Received: {part} "
                f"sounds[{i}] {sound.dtype} {sound.shape}"
            )
