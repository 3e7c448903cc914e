"""Which graphs a model is trained, chosen and tested on."""

import numpy as np

from kerazoo.data.graphs import splits
from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.data.graphs.row_split import RowSplit
from kerazoo.data.graphs.tu_text import NUM_FOLDS


def split_graphs(
    dataset: GraphDataset,
    split: str = "random",
    fold: int | None = None,
    seed: int = 0,
    row_split: RowSplit | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Splits the graphs of a dataset.

    Args:
        dataset: The graphs; where they have no folds, those of equal shares of the
            classes are drawn.
        split: `"random"`, or `"scaffold"` for molecules of one scaffold in one part.
        fold: Number of one of ten folds, in place of a split, or None.
        seed: Equal seeds give equal splits.
        row_split: Split of the rows of the dataset's file, in place of all these.

    Returns:
        int arrays of the training, validation and test graphs; a fold has none for
        validation.

    Raises:
        ValueError: If the graphs are too few, or not such as can be split like that.

    Example:

    ```python
    from kerazoo.data.graphs.loading import load_graph_dataset

    train, validation, test = split_graphs(load_graph_dataset("MUTAG", "data"))
    ```
    """
    if row_split is not None:
        return _by_rows(dataset, row_split)
    if fold is not None:
        return _one_fold(dataset, fold, seed)
    if split not in ("random", "scaffold"):
        raise ValueError(f"`split` must be random or scaffold. Received: split={split}")
    if split == "random":
        parts = tuple(splits.random_split(len(dataset.graphs), seed=seed))
    elif dataset.smiles is not None:
        parts = tuple(splits.scaffold_split(dataset.smiles))
    else:
        raise ValueError(
            f"`split` scaffold is for molecules, and {dataset.name} has none. "
            "Received: split=scaffold"
        )
    train, validation, test = parts
    if split == "scaffold" and not len(test):
        raise ValueError(
            f"`split` scaffold leaves {dataset.name} nothing to test on, as most of "
            f"its {len(dataset.graphs)} molecules are of few scaffolds: take random. "
            "Received: split=scaffold"
        )
    if not (len(train) and len(test)):
        raise ValueError(
            f"{dataset.name} has {len(dataset.graphs)} graphs, too few to train and "
            "test on: 10 at least."
        )
    return train, validation, test


def _by_rows(dataset, row_split):
    rows = np.arange(len(dataset.graphs)) if dataset.rows is None else dataset.rows
    count = len(rows) if dataset.num_rows is None else dataset.num_rows
    places = np.full(count, -1)
    places[rows] = np.arange(len(rows))
    # Rows that are left out for what they hold are in no part.
    parts = [places[part] for part in row_split.read(count)]
    train, validation, test = (part[part >= 0] for part in parts)
    if not (len(train) and len(test)):
        raise ValueError(
            f"{row_split.path}: expected rows to train and to test on. Received: "
            f"{len(train)} to train, {len(test)} to test"
        )
    return train, validation, test


def _one_fold(dataset, fold, seed):
    if dataset.num_classes is None:
        raise ValueError(
            f"`fold` and `cross_validate` are for classes, and {dataset.name} has "
            f"values. Received: fold={fold}"
        )
    folds = dataset.folds
    if folds is None:
        smallest = np.unique(dataset.labels, return_counts=True)[1].min()
        if smallest < NUM_FOLDS:
            raise ValueError(
                f"`fold` is for {NUM_FOLDS} graphs of each class or more, and the "
                f"smallest class of {dataset.name} has {smallest}. "
                f"Received: fold={fold}"
            )
        folds = splits.stratified_folds(dataset.labels, NUM_FOLDS, seed)
    if not 0 <= fold < len(folds):
        raise ValueError(
            f"`fold` must be from 0 to {len(folds) - 1}. Received: fold={fold}"
        )
    train, test = folds[fold]
    return train, np.array([], int), test
