"""Graphs with one label each."""

import dataclasses
import pathlib

import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.data.graphs.molecule_form import MoleculeForm


@dataclasses.dataclass(eq=False)
class GraphDataset:
    """Graphs to classify, or to predict a number for.

    Args:
        name: str.
        graphs: list of `Graph`, each with its label.
        labels: array `(B,)`, int32 classes from 0, or float32 target values. Of several
            targets float32 `(B, T)`: values, or 0 and 1 for two classes; NaN where one
            is not known.
        num_classes: int, or None for target values.
        class_names: list of str, or None.
        smiles: list of str, or None. The molecules that the graphs stand for.
        folds: list of pairs of int arrays, train and test graphs of cross-validation,
            or None.
        smiles_column, target_column: str or None. Columns of the file of molecules.
        node_tags: list of int, or None. Tags of nodes that are one-hot features.
        target_names: list of str, names of several targets, or None.
        form: `MoleculeForm` of graphs of molecules or reactions, or None.
        path: path of the file of molecules, or None.
        rows: int `(B,)`. Which of its rows each graph is, from 0; None for all of them.
        num_rows: int. How many rows it has; None for as many as there are graphs.
    """

    name: str
    graphs: list[Graph]
    labels: np.ndarray
    num_classes: int | None = None
    class_names: list[str] | None = None
    smiles: list[str] | None = None
    folds: list[tuple[np.ndarray, np.ndarray]] | None = None
    smiles_column: str | None = None
    target_column: str | None = None
    node_tags: list[int] | None = None
    target_names: list[str] | None = None
    form: MoleculeForm | None = None
    path: pathlib.Path | None = None
    rows: np.ndarray | None = None
    num_rows: int | None = None

    def describe(self) -> str:
        """Returns what stands for the dataset among the settings of a run."""
        return self.name

    def validate(self) -> None:
        """Checks every graph, the labels and the folds.

        Raises:
            ValueError: If there are no graphs, one is not valid or has features of
                another width, a label is neither a class nor finite, or a fold
                overlaps or holds graphs that do not exist.
        """
        if not self.graphs or len(self.labels) != len(self.graphs):
            raise ValueError(
                f"{self.name}: expected at least one graph and one label for each. "
                f"Received: {len(self.graphs)} graphs, {len(self.labels)} labels"
            )
        for i, graph in enumerate(self.graphs):
            graph.validate(f"{self.name}, graph {i}")
            for field in ("node_features", "edge_features", "context_features"):
                width, first = _width(graph, field), _width(self.graphs[0], field)
                if width != first:
                    raise ValueError(
                        f"{self.name}, graph {i}: `{field}` must have as many columns "
                        f"as in graph 0, {first}. Received: {width}"
                    )
        self._validate_labels()
        for fold, (train, test) in enumerate(self.folds or []):
            indices = np.concatenate([train, test])
            for i in indices[(indices < 0) | (indices >= len(self.graphs))]:
                raise ValueError(
                    f"{self.name}, fold {fold}: expected graphs from 0 to "
                    f"{len(self.graphs) - 1}. Received: graph {i}"
                )
            for i in np.intersect1d(train, test):
                raise ValueError(
                    f"{self.name}, fold {fold}: a graph must be in train or in test. "
                    f"Received: graph {i} in both"
                )

    def _validate_labels(self):
        if self.target_names is not None:
            self._validate_targets()
            return
        if self.num_classes is None:
            wrong, expected = ~np.isfinite(self.labels), "finite target values"
        else:
            wrong = (self.labels < 0) | (self.labels >= self.num_classes)
            expected = f"classes from 0 to {self.num_classes - 1}"
            if self.num_classes < 2:
                raise ValueError(
                    f"{self.name}: expected at least two classes. "
                    f"Received: num_classes={self.num_classes}"
                )
        for i in np.flatnonzero(wrong):
            raise ValueError(
                f"{self.name}: labels must be {expected}. "
                f"Received: labels[graph {i}]={self.labels[i]}"
            )

    def _validate_targets(self):
        shape = (len(self.graphs), len(self.target_names))
        if self.labels.shape != shape or self.num_classes not in (None, 2):
            raise ValueError(
                f"{self.name}: several targets must be values or of two classes, of "
                f"shape {shape}. Received: labels.shape={self.labels.shape}, "
                f"num_classes={self.num_classes}"
            )
        known = ~np.isnan(self.labels)
        wrong = known & ~np.isfinite(self.labels)
        if self.num_classes is not None:
            wrong = known & ~np.isin(self.labels, (0, 1))
        for i, j in np.argwhere(wrong):
            expected = "0 or 1" if self.num_classes else "finite"
            raise ValueError(
                f"{self.name}: targets must be {expected}, or NaN. Received: "
                f"{self.target_names[j]}[graph {i}]={self.labels[i, j]}"
            )
        for j in np.flatnonzero(~known.any(axis=0)):
            raise ValueError(
                f"{self.name}: expected something known of each target. "
                f"Received: none of {self.target_names[j]}"
            )


def _width(graph, field):
    values = getattr(graph, field)
    return 0 if values is None else values.shape[-1]
