"""Embeddings of nodes that tell which nodes are met on walks from them."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.training.replica_model import ReplicaModel


@keras.saving.register_keras_serializable(package="kerazoo")
class WalkEmbedder(ReplicaModel):
    r"""The skip-gram of node2vec: a table of nodes, and one of their contexts.

    The logit of node v being met near u is \(z_u^\top c_v\)
    ([Grover & Leskovec, 2016](https://arxiv.org/abs/1607.00653), Section 3.1, with
    the negative sampling of
    [Mikolov et al., 2013](https://arxiv.org/abs/1310.4546)). It knows the nodes
    themselves, and nothing of their features or of others.

    Args:
        num_nodes: Number of nodes N.
        embedding_size: Width U of the embeddings.

    Call arguments:
        inputs: dict of `pairs` `(P, 2)` of nodes, or an empty one for the embeddings.

    Returns:
        float `(P,)`, logits, or `(N, U)`, embeddings.

    Example:

    ```python
    model = WalkEmbedder(num_nodes=5, embedding_size=3)
    model({"pairs": np.array([[0, 1], [0, 4]])})  # (2,)
    model({})  # (5, 3)
    ```
    """

    def __init__(self, num_nodes: int, embedding_size: int = 64, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.num_nodes = num_nodes
        self.embedding_size = embedding_size
        # Of word2vec: nodes begin within half a unit, divided by the width.
        near = keras.initializers.RandomUniform(
            -0.5 / embedding_size, 0.5 / embedding_size
        )
        self.nodes = keras.layers.Embedding(num_nodes, embedding_size, near)
        self.contexts = keras.layers.Embedding(num_nodes, embedding_size, "zeros")
        self({"pairs": ops.zeros((1, 2), "int32")})

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        if "pairs" not in inputs:
            return ops.cast(self.nodes.embeddings, "float32")
        pairs = inputs["pairs"]
        products = self.nodes(pairs[:, 0]) * self.contexts(pairs[:, 1])
        return ops.sum(ops.cast(products, "float32"), axis=-1)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            "num_nodes": self.num_nodes,
            "embedding_size": self.embedding_size,
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""
