"""What the tasks of classes have in common: measures, and weights of classes."""

import dataclasses
import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.evaluation.class_report import class_report
from kerazoo.evaluation.class_report import macro_f1
from kerazoo.tasks.class_weights import class_weights
from kerazoo.tasks.confusion_picture import confusion_picture
from kerazoo.tasks.transformer.transformer_task import TransformerTask
from kerazoo.training.task import Best

MOST_REPORTED = 100  # Classes that are reported one by one.


@dataclasses.dataclass(kw_only=True)
class ClassificationTask(TransformerTask):
    """Base class of the tasks that learn classes.

    The best model is the one of the largest `validation_accuracy`; where classes have
    weights, of the largest `validation_macro_f1`, to which a rare class adds as much as
    a frequent one. A subclass has `classify`, and calls `weigh_classes` as soon as it
    has its data.

    Args:
        class_weights: How much examples of a class count in the loss: `"balanced"`,
            names with weights, or a table of them; see
            `kerazoo.tasks.class_weights.class_weights`.
    """

    class_weights: str | Mapping[str, float] | None = None

    def __post_init__(self):
        is_weighted = self.class_weights not in (None, "none")
        measure = "macro_f1" if is_weighted else "accuracy"
        self.objective = f"validation_{measure}"

    def classify(self, examples: typing.Any) -> np.ndarray:
        """Returns numbers of all classes of examples, the likeliest with the largest.

        float32 `(N, K)`.
        """
        raise NotImplementedError

    def weigh_classes(self, labels: np.ndarray, class_names: Sequence[str]) -> None:
        """Finds the weights of the classes.

        Args:
            labels: int `(N,)`. Those of training.
            class_names: Names of the K classes.

        Raises:
            ValueError: If they are not of these classes.
        """
        self._weights = class_weights(self.class_weights, labels, class_names)

    def weighted(self, inputs: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Returns a batch as the model takes it, with weights where there are any."""
        if self._weights is None:
            return inputs, labels
        return inputs, labels, tf.gather(self._weights, tf.maximum(labels, 0))

    def measure_classes(
        self, part: str, examples: typing.Any, labels: np.ndarray
    ) -> dict[str, float]:
        """Returns accuracy and macro F1 of a part of the data, by its name."""
        predicted = np.argmax(self.classify(examples), axis=-1)
        self._found = labels, predicted
        return {
            f"{part}_accuracy": np.count_nonzero(predicted == labels) / len(labels),
            f"{part}_macro_f1": macro_f1(labels, predicted),
        }

    def report_classes(self, class_names: Sequence[str]) -> dict[str, typing.Any]:
        """Returns what was measured last of each class; nothing of very many classes.

        Args:
            class_names: Names of the K classes.
        """
        self._report: dict[str, typing.Any] = {}
        if len(class_names) <= MOST_REPORTED:
            self._report = class_report(*self._found, class_names)
        return self._report

    def pictures(self, best: Best) -> dict[str, bytes]:
        if not self._report:
            return {}
        confusion, names = self._report["confusion"], [*self._report["per_class"]]
        return {"confusion": confusion_picture(confusion, names)}

    def identity(self) -> dict[str, typing.Any]:
        if self._weights is None:
            return super().identity()
        return {**super().identity(), "class_weights": self._weights.tolist()}


def say_classes(unit: str, labels: np.ndarray, num_classes: int) -> str:
    """Returns in words how many classes there are, and how large.

    Args:
        unit: What the examples are, such as `"texts"`.
        labels: int `(N,)`. Classes of the training examples.
        num_classes: Their number K.

    Example:

    ```python
    say_classes("texts", np.array([0, 0, 1]), 2)  # 2 classes, 1 to 2 texts each
    ```
    """
    counts = np.bincount(labels, minlength=num_classes)
    low, high = int(counts.min()), int(counts.max())
    each = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    units = unit.removesuffix("s") if high == 1 else unit
    return f"{num_classes:,} classes, {each} {units} each"
