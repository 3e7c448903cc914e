"""Several models of the same graphs as one, which knows how much they differ."""

import typing
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_predictor import GraphPredictor

_SMALLEST = float(np.finfo(np.float32).tiny)


@keras.saving.register_keras_serializable(package="kerazoo")
class GraphEnsemble(keras.Model):
    """Mean of several `GraphPredictor`s, and the deviation between them.

    The deviation of models that differ in their first weights alone tells how sure a
    prediction is
    ([Lakshminarayanan et al., 2017](https://arxiv.org/abs/1612.01474)).

    Args:
        members: The models, at least two, all of the same inputs and outputs.

    Call arguments:
        inputs: See `GraphPredictor`.

    Returns:
        float, of a member's shape: the mean of the values; of classes the logits of the
        mean probabilities.

    Raises:
        ValueError: If there are fewer than two members, or they differ in what they
            take or say.

    Example:

    ```python
    def member():
        encoder = ConvolutionEncoder("gin", 32, num_layers=4, return_all=True)
        return GraphPredictor(encoder, 7, output_units=1, regression=True)

    model = GraphEnsemble([member(), member()])
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    mean, deviation = model.mean_and_deviation(
        {"node_features": np.ones((3, 7)), **edges}
    )
    ```
    """

    def __init__(self, members: Sequence[GraphPredictor], **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.members = list(members)
        if len(self.members) < 2:
            raise ValueError(
                "`members` must be two models or more. "
                f"Received: len(members)={len(self.members)}"
            )
        kinds = {
            (
                *(m.node_feature_size, m.edge_feature_size, m.context_feature_size),
                *(m.output_units, m.regression, m.independent),
            )
            for m in self.members
        }
        if len(kinds) > 1:
            raise ValueError(
                "`members` must take and say the same. Received: widths and kinds of "
                f"{sorted(kinds)}"
            )
        first = self.members[0]
        self.node_feature_size = first.node_feature_size
        self.edge_feature_size = first.edge_feature_size
        self.context_feature_size = first.context_feature_size
        self.output_units = first.output_units
        self.regression = first.regression
        self.independent = first.independent
        self.built = True

    def mean_and_deviation(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Returns mean and standard deviation over the members.

        Of values in their unit; of classes of the probabilities.
        """
        outputs = ops.stack([member(inputs, training=False) for member in self.members])
        if not self.regression:
            activation = ops.sigmoid if self.independent else ops.softmax
            outputs = activation(outputs)
        return ops.mean(outputs, axis=0), ops.std(outputs, axis=0)

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        mean, _ = self.mean_and_deviation(inputs)
        if self.regression:
            return mean
        logits = ops.log(ops.maximum(mean, _SMALLEST))
        if self.independent:
            logits = logits - ops.log(ops.maximum(1 - mean, _SMALLEST))
        return logits

    def get_config(self) -> dict[str, typing.Any]:
        members = [keras.saving.serialize_keras_object(m) for m in self.members]
        return {"members": members, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "GraphEnsemble":
        members = map(keras.saving.deserialize_keras_object, config["members"])
        return cls(**{**config, "members": list(members)})

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""
