"""Which sounds are for training, validation and test."""

import typing

import numpy as np

from kerazoo.data.held_out import held_out

SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval"),
}
_SHARES = (0.1, 0.2, 0.5)  # A tenth; of the few of which that is none, more.
_FEWEST_SPEAKERS = 5
_SEED = 0
Split: typing.TypeAlias = "tuple[np.ndarray, np.ndarray, np.ndarray | None]"


def split_sounds(
    splits: typing.Sequence[str] | None,
    speakers: typing.Sequence[str] | None = None,
    labels: np.ndarray | None = None,
    count: int = 0,
) -> Split:
    """Returns which sounds are for training, validation and test.

    What is not given is held out, a tenth and always the same: of five speakers or more
    all sounds of some, so that nobody is heard in both; otherwise sounds of each class.
    With `splits` but no validation, that is held out of the training; without `splits`,
    a test too.

    Args:
        splits: list of N str, `"train"`, `"validation"` or `"test"`; or None.
        speakers: list of N str, or None.
        labels: int array `(N,)` of classes, or None.
        count: int. N, where there are no splits.

    Returns:
        Triple of sorted int arrays; the last is None where no test is given and there
        are too few sounds for one.

    Example:

    ```python
    split_sounds(["train", "train", "test"])  # ([1], [0], [2]) or ([0], [1], [2])
    ```
    """
    if splits is None:
        rest, test = _split_off(np.arange(count), speakers, labels)
        train, validation = _split_off(rest, speakers, labels)
        if len(validation):
            return train, validation, test
        return *_split_off(np.arange(count), speakers, labels), None
    found = np.array(splits)
    train, validation, test = (np.flatnonzero(found == name) for name in SPLITS)
    if not len(validation):
        train, validation = _split_off(train, speakers, labels)
    return train, validation, test if len(test) else None


def _split_off(indices, speakers, labels):
    """Returns which of some sounds are kept, and which are held out."""
    held = np.zeros(len(indices), bool)
    if speakers is not None:
        own = np.array([speakers[i] for i in indices])
        held = np.isin(own, _held_speakers(own))
    for share in _SHARES:
        if held.any():
            break
        some = None if labels is None else labels[indices]
        held[held_out(len(indices), some, share)[1]] = True
    return indices[~held], indices[held]


def _held_speakers(speakers):
    """Returns who is held out: a tenth of what is said, or up to a fifth."""
    names, counts = np.unique(speakers, return_counts=True)
    held, total = [], 0
    if len(names) < _FEWEST_SPEAKERS:
        return held
    share = _SHARES[0] * len(speakers)
    for i in np.random.default_rng(_SEED).permutation(len(names)):
        if total >= share:
            break
        if total + counts[i] <= 2 * share:
            held.append(names[i])
            total += counts[i]
    return held
