"""Classifies the nodes of one set in a graph of several."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel
from kerazoo.models.gnn.hetero_encoder import HeteroEncoder


@keras.saving.register_keras_serializable(package="kerazoo")
class HeteroNodeClassifier(GraphModel):
    """Gives each node of one set the logits of its classes.

    Args:
        encoder: `HeteroEncoder` whose output is the logits.
        feature_normalization: See `GraphModel`; of every set of nodes.

    Call arguments:
        inputs: dict of `node_features` and `edges`, as the encoder takes them, and
            where only some nodes are to be classified `nodes` `(M,)`.
        adjacency: What the encoder's `prepare_edges` returned, in place of the edges.
        prepared: Whether the inputs come from `prepare`.

    Returns:
        float `(N, C)` of the encoder's set of nodes, or `(M, C)`; logits.

    Example:

    ```python
    edges = EdgeSetSpec("author", "paper")
    spec = HeteroSpec({"author": 0, "paper": 8}, {"writes": edges})
    model = HeteroNodeClassifier(HeteroEncoder(spec, "paper", output_units=3))
    nodes = {"author": np.ones((2, 0)), "paper": np.ones((4, 8))}
    ends = {"source": np.array([0, 1]), "target": np.array([3, 2])}
    model({"node_features": nodes, "edges": {"writes": ends}})  # (4, 3)
    ```
    """

    def __init__(
        self,
        encoder: HeteroEncoder,
        feature_normalization: str = "none",
        **kwargs: typing.Any,
    ):
        super().__init__(
            encoder, 0, feature_normalization=feature_normalization, **kwargs
        )
        self.spec = encoder.spec
        self.build_on_example()

    def example_inputs(self) -> dict[str, typing.Any]:
        """Returns a graph of one node and one edge in each set."""
        return self.spec.example_inputs()

    def prepare(self, inputs: dict[str, typing.Any]) -> dict[str, typing.Any]:
        """Returns the inputs with normalised features, as calls do at first."""
        prepare = super().prepare
        features = {
            name: prepare({"node_features": value})["node_features"]
            for name, value in inputs["node_features"].items()
        }
        return {**inputs, "node_features": features}

    def encode(
        self,
        inputs: dict[str, typing.Any],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        if not prepared:
            inputs = self.prepare(inputs)
        return self.encoder(inputs, prepared=adjacency)

    def call(
        self,
        inputs: dict[str, typing.Any],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        logits = ops.cast(self.encode(inputs, adjacency, prepared), "float32")
        if inputs.get("nodes") is not None:
            return ops.take(logits, inputs["nodes"], axis=0)
        return logits

    def get_config(self) -> dict[str, typing.Any]:
        config = super().get_config()
        for name in ("node_feature_size", "edge_feature_size", "context_feature_size"):
            del config[name]
        return config
