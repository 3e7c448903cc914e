"""What the tasks of graphs have in common."""

import dataclasses
import typing
import warnings
from collections.abc import Callable
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.graph import Graph
from kerazoo.models.gnn.config import EncoderConfig
from kerazoo.models.gnn.config import TrainingConfig
from kerazoo.models.gnn.config import compile_model
from kerazoo.models.gnn.graph_model import GraphModel
from kerazoo.models.gnn.serving_graph_model import ServingGraphModel
from kerazoo.models.gnn.serving_schema import serving_schema
from kerazoo.serving.limits import Limits
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.task import Best
from kerazoo.training.task import Steps


@dataclasses.dataclass(kw_only=True)
class GNNTask(BaseTask):
    """Base class of the tasks of graphs.

    A subclass reads its data and calls `take`; it has `test`, and `class_names`,
    `metric` and `inputs` by then.

    Args:
        encoder: Which encoder embeds the nodes.
        training: How the model learns.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Attributes:
        kind: What is predicted: `"node"`, `"link"` or `"graph"`.
        metric: Metric that tells how good the model is.
        inputs: dict of how data to be predicted of is read, as JSON can hold it.
        objective: `metric` where there is data to choose by, else None.
    """

    encoder: EncoderConfig = dataclasses.field(default_factory=EncoderConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "gnn"
    kind: typing.ClassVar[str]
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (MemoryError,)

    if typing.TYPE_CHECKING:  # What a subclass has.

        def __getattr__(self, name: str) -> typing.Any: ...

    @property
    def title(self) -> str:
        return f"{self.family} {self.kind}"

    def take(
        self,
        strategy: tf.distribute.Strategy,
        make_model: Callable[[], GraphModel],
        make_loss: Callable[[GraphModel], Callable],
        graph: Graph,
    ) -> None:
        """Makes the model in the scope of a strategy, and compiles it.

        Args:
            strategy: The strategy.
            make_model: Function to the model.
            make_loss: Function of the model to its loss.
            graph: A graph that a server is warmed up with.
        """
        with strategy.scope():
            self.model = make_model()
            compile_model(self.model, make_loss(self.model), self.training)
        self._example_graph = graph
        self._has_edge_weights = graph.edge_weights is not None

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> Steps:
        refuse_jit_compile(jit_compile)
        return super().steps(strategy, jit_compile)

    def test(self) -> dict[str, float]:
        """Returns the metrics of the test data."""
        raise NotImplementedError

    def measure(self, best: Best) -> dict[str, typing.Any]:
        """Returns metrics of the test data, and what the model was chosen by.

        Without anything to choose by, `score` is of the data that was watched.
        """
        metrics = best.metrics if self.objective else self.evaluate(best.step)
        score = metrics[self.metric] * (1 if self.mode == "max" else -1)
        result: dict[str, typing.Any]
        result = {f"test_{name}": value for name, value in self.test().items()}
        result["score"] = score
        if self.objective:
            result |= {f"validation_{name}": v for name, v in metrics.items()}
            result["best_step"] = best.step
        return result

    def serving(self, model: keras.Model) -> ServingGraphModel:
        return ServingGraphModel(
            model, self._has_edge_weights, self._example_graph, self.limits
        )

    def metadata(self) -> dict[str, typing.Any]:
        return {
            "task": self.kind,
            "dataset": self.name,
            "class_names": self.class_names,
            "inputs": getattr(self, "inputs", {}),  # None of data split by hand.
            "schema": serving_schema(self.model, self._has_edge_weights),
            "limits": self.limits.describe("max_examples", "max_nodes", "max_edges"),
        }


def refuse_jit_compile(jit_compile: bool | None) -> None:
    """Refuses XLA for tasks with sparse products.

    Args:
        jit_compile: As `steps` takes it.

    Raises:
        ValueError: If it is True.
    """
    if jit_compile:
        raise ValueError(
            "`jit_compile` does not go with graph networks: XLA has no sparse "
            "products. Received: jit_compile=True"
        )


def describe_parts(train: int, validation: int, test: int) -> str:
    """Returns the sizes of the parts of a dataset in words.

    Example:

    ```python
    describe_parts(30, 10, 10)  # "30 to train, 10 to choose by, 10 to test"
    ```
    """
    chosen = f"{validation:,} to choose by" if validation else "none to choose by"
    return f"{train:,} to train, {chosen}, {test:,} to test"


def warn_of_unseen_classes(
    labels: np.ndarray, train: np.ndarray, class_names: Sequence[str] | None
) -> None:
    """Warns of classes that no training example has.

    Args:
        labels: int array `(N,)` of classes, -1 where unknown.
        train: int array of the training examples.
        class_names: Names of the classes; None for their numbers.
    """
    unseen = np.setdiff1d(labels[labels >= 0], labels[train])
    if len(unseen):
        names = [str(i) if class_names is None else class_names[i] for i in unseen]
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        warnings.warn(
            f"No training example is of class {shown}, so that it is never predicted.",
            stacklevel=3,
        )
