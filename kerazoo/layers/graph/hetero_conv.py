"""Graph convolutions of several sets of nodes and edges."""

import typing
from collections.abc import Mapping
from collections.abc import Sequence

import keras
from keras import ops

from kerazoo.layers.graph.edge_matrix import as_edges
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class HeteroConv(keras.layers.Layer):
    r"""Convolves each set of edges by itself and adds up what reaches a set of nodes.

    Computes \(y_t = \sum_{r: s \to t} f_r(x_s, x_t)\), as Equation 2 of
    [Schlichtkrull et al., 2018](https://arxiv.org/abs/1703.06103) does with any graph
    convolution in place of its own. The convolution of edges between two sets sees
    them as one graph: first the nodes of the target's set, then those of the source's.

    Args:
        ends: Name of each set of edges to the names of the sets of nodes that they
            leave and enter.
        convolutions: Name of each set of edges to its layer, such as a `SAGEConv`; all
            into one set of nodes have one width.

    Call arguments:
        node_features: dict of each set of nodes to float `(N_s, D)`; of sets with edges
            between them D is the same.
        edges: dict of each set of edges to what its layer takes: `source` and `target`,
            int `(E_r,)` in their own sets, and where there are `edge_weights` and
            `edge_features`; or an `adjacency` of the nodes of both sets.

    Returns:
        dict of each set of nodes that edges enter to float `(N_s, units)`.

    Raises:
        ValueError: If the names of `ends` and `convolutions` differ.

    Example:

    ```python
    layer = HeteroConv(
        {"writes": ("author", "paper"), "cites": ("paper", "paper")},
        {"writes": SAGEConv(16), "cites": GATv2Conv(4, num_heads=4)},
    )
    nodes = {"author": np.ones((2, 8)), "paper": np.ones((3, 8))}
    writes = {"source": np.array([0, 1]), "target": np.array([2, 2])}
    cites = {"source": np.array([0, 1]), "target": np.array([1, 2])}
    layer(nodes, {"writes": writes, "cites": cites})["paper"]  # (3, 16)
    ```
    """

    def __init__(
        self,
        ends: Mapping[str, Sequence[str]],
        convolutions: Mapping[str, keras.Layer],
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if set(ends) != set(convolutions):
            raise ValueError(
                "`convolutions` must have a layer for each of the sets of edges "
                f"{', '.join(ends)}. Received: {', '.join(convolutions)}"
            )
        self.ends = {name: tuple(pair) for name, pair in ends.items()}
        self.convolutions = dict(convolutions)

    def call(
        self,
        node_features: dict[str, Tensor],
        edges: dict[str, dict[str, typing.Any]],
    ) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = {}
        for name, (start, end) in self.ends.items():
            x = node_features[end]
            if start == end:
                y = self.convolutions[name](x, **edges[name])
            else:
                num_targets = ops.shape(x)[0]
                both = ops.concatenate([x, node_features[start]])
                arguments = joined_edges(edges[name], num_targets)
                y = self.convolutions[name](both, **arguments)[:num_targets]
            outputs[end] = outputs[end] + y if end in outputs else y
        return outputs

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "ends": self.ends,
            "convolutions": {
                name: keras.saving.serialize_keras_object(layer)
                for name, layer in self.convolutions.items()
            },
        }

    @classmethod
    def from_config(cls, config: dict[str, typing.Any]) -> "HeteroConv":
        layers = {
            name: keras.saving.deserialize_keras_object(layer)
            for name, layer in config["convolutions"].items()
        }
        return cls(**{**config, "convolutions": layers})


def joined_edges(
    edges: dict[str, typing.Any], num_targets: int | Tensor
) -> dict[str, typing.Any]:
    """Returns edges between two sets as edges of one, the targets' nodes first.

    Args:
        edges: dict of `source` and `target`, or of an `adjacency`, which is of such a
            set already.
        num_targets: Nodes of the targets' set.
    """
    if "source" not in edges:
        return edges
    source, target = as_edges(edges["source"], edges["target"])
    source = source + ops.cast(num_targets, source.dtype)
    return {**edges, "source": source, "target": target}
