"""What the encoders of graphs share."""

import keras
from keras import ops


class GraphEncoder(keras.layers.Layer):
    """Layer from the plain tensors of a graph to features of its nodes.

    Subclasses make all their layers in `__init__` and are built by their first call.
    """

    @property
    def input_layers(self):
        """Layers with a regularisation of their own: those that see the features."""
        return []

    def propagation_edges(self, source, target, num_nodes, edge_weights=None):
        """Returns the edges that propagate, self-loops among them, with their weights.

        Args:
            source, target: int `(E,)`.
            num_nodes: int. N.
            edge_weights: float `(E,)` or None.

        Returns:
            The triple of source, target and weights of all edges that propagate, or
            None if that depends on the features.
        """
        return None

    def normalized_edges(self, inputs, adjacency=None):
        """Returns what a convolution of `propagation_edges` takes, as a dict.

        Args:
            inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
                where there are, `edge_weights` `(E,)`.
            adjacency: Matrix made of `propagation_edges`, in place of the edges.
        """
        if adjacency is not None:
            return {"adjacency": adjacency}
        source, target, weights = self.propagation_edges(
            inputs["source"],
            inputs["target"],
            ops.shape(inputs["node_features"])[0],
            inputs.get("edge_weights"),
        )
        return {"source": source, "target": target, "edge_weights": weights}

    def build_from_config(self, config):
        """Builds the encoder by a call on a graph of one node and one edge."""
        shapes = config.get("input_shape") or {}
        if self.built or "node_features" not in shapes:
            return
        inputs = {name: ops.zeros((1,), "int32") for name in ("source", "target")}
        for name in {"node_features", "edge_features"} & shapes.keys():
            inputs[name] = ops.ones((1, shapes[name][-1]))
        self(inputs)
