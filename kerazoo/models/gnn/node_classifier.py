"""Classifies the nodes of a graph."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.graph_model import GraphModel


@keras.saving.register_keras_serializable(package="kerazoo")
class NodeClassifier(GraphModel):
    """Gives each node the logits of its classes.

    Args:
        encoder: Layer whose output is the logits, such as
            `ConvolutionEncoder(output_units=num_classes)`.
        node_feature_size: Width D of the node features.
        edge_feature_size: Width of the edge features, 0 for none.
        readout: `"all"` nodes, or the `"root"` of each of a batch of sampled
            subgraphs, its first node; with several node sets, see the `root_set` of
            `GraphTensorModel`.
        **kwargs: See `GraphModel`.

    Call arguments:
        inputs: dict of `node_features` `(N, D)`, `source`, `target` `(E,)`, and where
            there are, `edge_weights`, `edge_features`, `edge_types`; `nodes` `(M,)`
            to classify only these; `graph_ids` `(N,)`, ascending, and `num_graphs` for
            roots.
        adjacency: Matrix of the encoder's `propagation_edges`, in place of the edges.

    Returns:
        float `(N, C)`, `(M, C)` or `(num_graphs, C)`, logits.

    Example:

    ```python
    model = NodeClassifier(ConvolutionEncoder("gcn", output_units=2), 7)
    edges = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    logits = model({"node_features": np.ones((3, 7)), **edges})  # (3, 2)
    ```
    """

    def __init__(
        self,
        encoder: keras.Layer,
        node_feature_size: int,
        readout: str = "all",
        **kwargs: typing.Any,
    ):
        super().__init__(encoder, node_feature_size, **kwargs)
        if readout not in ("all", "root"):
            raise ValueError(
                f"`readout` must be all or root. Received: readout={readout}"
            )
        self.readout = readout
        self.build_on_example()

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        prepared: bool = False,
    ) -> Tensor:
        logits = ops.cast(self.encode(inputs, adjacency, prepared), "float32")
        if "nodes" in inputs:
            return ops.take(logits, inputs["nodes"], axis=0)
        if self.readout == "root" and "graph_ids" in inputs:
            graphs = ops.arange(inputs["num_graphs"], dtype="int32")
            roots = ops.searchsorted(inputs["graph_ids"], graphs)
            # What fills up a batch may have no nodes.
            roots = ops.minimum(roots, ops.shape(logits)[0] - 1)
            return ops.take(logits, roots, axis=0)
        return logits

    def get_config(self) -> dict[str, typing.Any]:
        return {**super().get_config(), "readout": self.readout}
