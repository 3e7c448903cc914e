"""What is to be predicted of graphs: a class, a value, or several of them."""

import typing
from collections.abc import Callable

import numpy as np

from kerazoo.data.graphs.graph_dataset import GraphDataset
from kerazoo.evaluation.graphs.metrics import classification_metrics
from kerazoo.evaluation.graphs.metrics import regression_metrics
from kerazoo.evaluation.graphs.target_metrics import target_class_metrics
from kerazoo.evaluation.graphs.target_metrics import target_value_metrics
from kerazoo.models.gnn.graph_predictor import GraphPredictor
from kerazoo.models.gnn.known_targets_loss import KnownTargetsLoss
from kerazoo.models.gnn.losses import cross_entropy
from kerazoo.models.gnn.scaled_squared_error import ScaledSquaredError
from kerazoo.tasks.gnn.gnn_task import warn_of_unseen_classes


class GraphTargets:
    """Loss and measures of the targets of a dataset.

    Args:
        graphs: The dataset.
        train: int array of the graphs to train on.

    Attributes:
        regression: Whether they are values.
        several: Whether there are several, of which some may not be known.
        mode: `"min"` or `"max"`: which value of the metric is best.

    Raises:
        ValueError: If no training graph has one of several targets.
    """

    def __init__(self, graphs: GraphDataset, train: np.ndarray):
        self.regression = graphs.num_classes is None
        self.several = graphs.target_names is not None
        self.mode = "min" if self.regression else "max"
        self._graphs = graphs
        labels = graphs.labels[train]
        if self.several:
            self._check_known(labels)
            self._share = float(np.mean(~np.isnan(labels)))
        elif not self.regression:
            warn_of_unseen_classes(graphs.labels, train, graphs.class_names)

    def metric(self, validation: np.ndarray) -> str:
        """Returns the metric that tells how good a model is.

        Args:
            validation: int array of the graphs to choose by.
        """
        if self.regression:
            return "scaled_rmse" if self.several else "rmse"
        labels = self._graphs.labels[validation]
        if self.several:
            is_measured = any(
                {0, 1} <= set(column[~np.isnan(column)]) for column in labels.T
            )
            return "roc_auc" if is_measured else "accuracy"
        has_both = self._graphs.num_classes == 2 and len(np.unique(labels)) == 2
        return "roc_auc" if has_both else "accuracy"

    def loss(self, model: GraphPredictor) -> Callable:
        """Returns the loss of a model that knows the training targets' deviation."""
        if self.several:
            self._scales = None
            if self.regression:
                self._scales = np.asarray(model.target_scale).tolist()
            return KnownTargetsLoss(self._share, self._scales)
        if self.regression:
            return ScaledSquaredError(float(model.target_scale))
        return cross_entropy

    def measure(self, labels: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        """Returns the metrics of logits or values."""
        if not self.several:
            kind = regression_metrics if self.regression else classification_metrics
            return kind(labels, outputs)
        names = self._graphs.target_names or []
        if self.regression:
            return target_value_metrics(labels, outputs, names, self._scales)
        return target_class_metrics(labels, outputs, names)

    def describe(self) -> str:
        """Returns what is predicted, in words."""
        count = len(self._graphs.target_names or ())
        if self.several:
            what = "values" if self.regression else "answers of yes or no"
            return f"{count} {what}, {self._share:.0%} of them known"
        return "values" if self.regression else f"{self._graphs.num_classes} classes"

    def describe_one(self) -> str:
        """Returns what is predicted of a graph, in words."""
        names = ", ".join(self._graphs.target_names or ())
        if self.several:
            what = "values" if self.regression else "probabilities"
            return f"the {what} of {names}"
        classes = f"one of {self._graphs.num_classes} classes"
        return "a value" if self.regression else classes

    def _check_known(self, labels: np.ndarray) -> None:
        names: typing.Sequence[str] = self._graphs.target_names or []
        for t in np.flatnonzero(np.isnan(labels).all(axis=0)).tolist():
            raise ValueError(
                f"{self._graphs.name}: expected something known of each target among "
                f"the graphs to train on. Received: none of {names[t]}"
            )
