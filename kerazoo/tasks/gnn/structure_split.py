"""Which structures a model is trained, chosen and tested on."""

import warnings

import numpy as np

from kerazoo.data.graphs.elements import symbol
from kerazoo.data.graphs.splits import random_split
from kerazoo.data.graphs.structure_dataset import StructureDataset

_FEWEST = 10


def split_structures(
    dataset: StructureDataset, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Splits structures at random: a tenth to choose by, a tenth to test on.

    Those of an element that no structure to train on has are trained on, with a
    warning: a model knows nothing of an element that it has not seen.

    Args:
        dataset: The structures.
        seed: Equal seeds give equal splits.

    Returns:
        int arrays of the training, validation and test structures.

    Raises:
        ValueError: If there are too few.

    Example:

    ```python
    from kerazoo.data.graphs.ethanol import ethanol

    train, validation, test = split_structures(ethanol(num_frames=20))
    len(train), len(validation), len(test)  # (16, 2, 2)
    ```
    """
    count = len(dataset.structures)
    if count < _FEWEST:
        raise ValueError(
            f"{dataset.name} has {count} structures, too few to train, to choose by "
            f"and to test on: {_FEWEST} at least."
        )
    train, validation, test = random_split(count, seed=seed)
    has = dataset.element_counts > 0
    unseen = has.any(axis=0) & ~has[train].any(axis=0)
    if not unseen.any():
        return train, validation, test
    rare = np.flatnonzero(has[:, unseen].any(axis=1))
    train = np.union1d(train, rare)
    validation, test = (np.setdiff1d(part, rare) for part in (validation, test))
    names = ", ".join(symbol(n) for n in np.flatnonzero(unseen).tolist())
    if not (len(validation) and len(test)):
        raise ValueError(
            f"{dataset.name} has too few structures of {names} to train on and others "
            "to choose by and to test on."
        )
    warnings.warn(
        f"{len(rare)} structures to choose by or to test on are trained on, as they "
        f"alone have {names}.",
        stacklevel=3,
    )
    return train, validation, test
