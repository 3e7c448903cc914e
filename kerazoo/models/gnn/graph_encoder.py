"""What the encoders of graphs share."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


class GraphEncoder(keras.layers.Layer):
    """Layer from the plain tensors of a graph to features of its nodes.

    Subclasses make all their layers in `__init__` and are built by their first call.

    Attributes:
        prepare_edges: Function of `(source, target, num_nodes, edge_weights)` to the
            edges that propagate; None where they depend on the features.
        num_relations: Types of edges that are told apart.
        input_layers: Layers with a regularisation of their own: those that see the
            features.
    """

    @property
    def prepare_edges(self) -> Callable[..., tuple] | None:
        return None

    @property
    def num_relations(self) -> int:
        return 1

    @property
    def input_layers(self) -> list[keras.Layer]:
        return []

    def propagation_edges(
        self,
        source: Tensor,
        target: Tensor,
        num_nodes: int | Tensor,
        edge_weights: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor] | None:
        """Returns the edges that propagate, self-loops among them, with their weights.

        Args:
            source, target: int `(E,)`.
            num_nodes: N.
            edge_weights: float `(E,)` or None.

        Returns:
            The triple of source, target and weights of all edges that propagate, or
            None if that depends on the features.
        """
        if self.prepare_edges is None:
            return None
        return self.prepare_edges(source, target, num_nodes, edge_weights)

    def normalized_edges(
        self, inputs: dict[str, Tensor], adjacency: typing.Any = None
    ) -> dict[str, typing.Any]:
        """Returns what a convolution of `propagation_edges` takes, as a dict.

        Args:
            inputs: dict of `node_features` `(N, D)`, `source` and `target` `(E,)` and,
                where there are, `edge_weights` `(E,)`.
            adjacency: Matrix made of `propagation_edges`, in place of the edges.
        """
        if adjacency is not None:
            return {"adjacency": adjacency}
        # Encoders without `prepare_edges` do not call this.
        source, target, weights = self.propagation_edges(  # type: ignore[misc]
            inputs["source"],
            inputs["target"],
            ops.shape(inputs["node_features"])[0],
            inputs.get("edge_weights"),
        )
        return {"source": source, "target": target, "edge_weights": weights}

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "GraphEncoder":
        config = dict(config)
        if "hidden_units" in config:  # As version 0.1 has it.
            config["hidden_size"] = config.pop("hidden_units")
        return super().from_config(config)

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Builds the encoder by a call on a graph of one node and one edge."""
        shapes = config.get("input_shape") or {}
        if self.built or "node_features" not in shapes:
            return
        inputs = {name: ops.zeros((1,), "int32") for name in ("source", "target")}
        for name in {"node_features", "edge_features"} & shapes.keys():
            inputs[name] = ops.ones((1, shapes[name][-1]))
        self(inputs)
