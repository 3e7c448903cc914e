"""Embeddings of entities that know their neighbours."""

import typing

import keras

from kerazoo.layers import CompGCNConv
from kerazoo.layers import RGCNConv
from kerazoo.layers.tensor import Tensor


class RelationalEncoder(keras.Layer):
    """Stack of convolutions of entities, and where they do so of relations.

    Between two there is a tanh, after the last none.

    Args:
        kind: `"rgcn"`, which leaves the relations as they are, or `"comp_gcn"`.
        units: Width D of all embeddings.
        num_relations: Number of relations with inverses, 2 R.
        num_layers: Number of convolutions.
        composition: Of `"comp_gcn"`, see `kerazoo.layers.CompGCNConv`.
        num_bases: Basis matrices of `"rgcn"`.

    Call arguments:
        entities: float `(N, D)`.
        relations: float `(2 R, ...)`, for `"comp_gcn"` `(2 R, D)`.
        source, target, edge_types: int `(E,)`, of triples and their inverses.

    Returns:
        The entities and the relations, of the same shapes.

    Raises:
        ValueError: If `kind` is another.

    Example:

    ```python
    encoder = RelationalEncoder("comp_gcn", units=8, num_relations=2)
    edge, inverse = np.array([0, 1]), np.array([1, 0])
    encoder(np.ones((2, 8)), np.ones((2, 8)), edge, inverse, np.array([0, 1]))
    ```
    """

    def __init__(
        self,
        kind: str,
        units: int,
        num_relations: int,
        num_layers: int = 2,
        composition: str = "subtract",
        num_bases: int = 4,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if kind not in ("rgcn", "comp_gcn"):
            raise ValueError(f"`kind` must be rgcn or comp_gcn. Received: kind={kind}")
        self.kind = kind
        activations = ["tanh"] * (num_layers - 1) + [None]
        self.convolutions: list[typing.Any]
        if kind == "rgcn":
            self.convolutions = [
                RGCNConv(units, num_relations, num_bases, activation=activation)
                for activation in activations
            ]
        else:
            self.convolutions = [
                CompGCNConv(units, composition, activation=activation)
                for activation in activations
            ]

    def call(
        self,
        entities: Tensor,
        relations: Tensor,
        source: Tensor,
        target: Tensor,
        edge_types: Tensor,
    ) -> tuple[Tensor, Tensor]:
        for convolution in self.convolutions:
            if self.kind == "rgcn":
                entities = convolution(entities, source, target, edge_types)
            else:
                entities, relations = convolution(
                    entities, relations, source, target, edge_types
                )
        return entities, relations
