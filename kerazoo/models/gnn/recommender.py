"""Scores how much users like items, from what they took."""

import typing

import keras
import tensorflow as tf
from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.gnn.user_item_matrix import bipartite_matrix
from kerazoo.training.replica_model import ReplicaModel
from kerazoo.training.replica_model import share_of_mean
from kerazoo.training.replica_model import sum_over_replicas

# Name to what is compared with.
SIMILARITIES = {
    "cosine": "the cosine of the vectors",
    "dot": "the product of the vectors",
    "cosine_training": "the cosine in the loss, the product in the ranking",
}
_EPSILON = 1e-12


@keras.saving.register_keras_serializable(package="kerazoo")
class Recommender(ReplicaModel):
    r"""Users and items as vectors, whose product says how well they go together.

    With layers it is LightGCN: the mean over \(k = 0 \dots K\) of
    \((D^{-1/2} A D^{-1/2})^k E\), Equations 4 and 8 of
    [He et al., 2020](https://arxiv.org/abs/2002.02126), A being what users took.
    Without, it is matrix factorisation, the vectors E themselves
    ([Koren et al., 2009](https://doi.org/10.1109/MC.2009.263)).

    Args:
        num_users: Number of users U.
        num_items: Number of items I.
        embedding_size: Width D of the vectors.
        num_layers: K; 0 for matrix factorisation.
        similarity: `"cosine"`; `"dot"` for the product of vectors of any length; or
            `"cosine_training"` for the cosine in the loss and the product with the
            item's vector in the ranking, as
            [Wu et al., 2022](https://arxiv.org/abs/2201.02327) do.

    Call arguments:
        inputs: dict of `users` and `items`, int `(B,)`; with layers and without an
            `adjacency` also `source` and `target`, int `(E,)`: users and the items
            that they took.
        adjacency: Matrix of `bipartite_matrix`, or a faster one of its entries.

    Returns:
        float32 `(B,)`, the scores of pairs.

    Raises:
        ValueError: If an argument is out of range.

    Example:

    ```python
    model = Recommender(num_users=3, num_items=4, num_layers=2)
    taken = {"source": np.array([0, 1, 2]), "target": np.array([3, 3, 0])}
    model({"users": np.array([0, 0]), "items": np.array([0, 1]), **taken})  # (2,)
    ```
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        embedding_size: int = 64,
        num_layers: int = 3,
        similarity: str = "cosine",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        sizes = {
            "num_users": num_users,
            "num_items": num_items,
            "embedding_size": embedding_size,
        }
        for name, value in sizes.items():
            if value < 1:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        if num_layers < 0:
            raise ValueError(
                f"`num_layers` must be 0 or more. Received: num_layers={num_layers}"
            )
        if similarity not in SIMILARITIES:
            raise ValueError(
                f"`similarity` must be one of {', '.join(SIMILARITIES)}. "
                f"Received: similarity={similarity}"
            )
        self.num_users, self.num_items = num_users, num_items
        self.embedding_size = embedding_size
        self.num_layers = num_layers
        self.similarity = similarity
        # One table, so that nothing is put together in each step: users, then items.
        self.embeddings = self.add_weight(
            shape=(num_users + num_items, embedding_size),
            initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="embeddings",
        )
        self.built = True

    def call(
        self,
        inputs: dict[str, Tensor],
        adjacency: typing.Any = None,
        training: bool = False,
    ) -> Tensor:
        if adjacency is None and self.num_layers:
            adjacency = bipartite_matrix(
                inputs["source"], inputs["target"], self.num_users, self.num_items
            )
        users, items = self.represent(adjacency, training)
        users = ops.take(users, inputs["users"], axis=0)
        return ops.sum(users * ops.take(items, inputs["items"], axis=0), axis=-1)

    def represent(
        self, adjacency: typing.Any = None, training: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Returns the vectors whose products are the scores.

        Args:
            adjacency: Matrix `(U + I, U + I)` with `@`; None without layers.
            training: Whether they are for the loss.

        Returns:
            float32 `(U, D)` of the users and `(I, D)` of the items, of length 1 where
            cosines are compared.
        """
        total = outputs = ops.cast(ops.convert_to_tensor(self.embeddings), "float32")
        for _ in range(self.num_layers):
            outputs = adjacency @ outputs
            total = total + outputs
        total = total / (self.num_layers + 1)
        if self.similarity == "cosine" or (training and self.similarity != "dot"):
            squares = ops.sum(ops.square(total), axis=-1, keepdims=True)
            total = total * ops.rsqrt(ops.maximum(squares, _EPSILON))
        return total[: self.num_users], total[self.num_users :]

    def train_step(  # type: ignore[override]
        self,
        data: tuple[tf.Tensor, ...],
        objective: typing.Callable,
        adjacency: typing.Any = None,
        weight_decay: float = 0.0,
    ) -> dict[str, tf.Tensor]:
        """Takes one optimizer step.

        Args:
            data: This replica's part of a batch of the objective's examples.
            objective: One of `kerazoo.models.gnn.recommendation_objectives`.
            adjacency: See `represent`.
            weight_decay: L2 penalty of the embeddings in the batch: half of this times
                their squared lengths is added to the loss of each example, as LightGCN
                does.

        Returns:
            dict of `loss`, the mean over the global batch without the penalty.
        """
        with tf.GradientTape() as tape:
            users, items = self.represent(adjacency, training=True)
            found = objective(users, items, data, self.optimizer.iterations)
            share = share_of_mean(found.losses, found.weights)
            total = share
            if weight_decay:
                squares = tf.reduce_sum(tf.square(self.embeddings.value), axis=-1)
                total += weight_decay / 2 * self._penalty(squares, found)
            total = self.optimizer.scale_loss(total)
        gradients = tape.gradient(total, self.trainable_variables)
        self.apply_gradients([tf.convert_to_tensor(g) for g in gradients])
        return {"loss": sum_over_replicas(share)}

    def get_config(self) -> dict[str, typing.Any]:
        return {
            "num_users": self.num_users,
            "num_items": self.num_items,
            "embedding_size": self.embedding_size,
            "num_layers": self.num_layers,
            "similarity": self.similarity,
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""

    def _penalty(self, squares, found):
        """Returns this replica's share of the mean squared length of an example."""
        parts = share_of_mean(tf.gather(squares, found.penalized_users), found.weights)
        for items, weights in found.penalized_items:
            of_items = tf.gather(squares, self.num_users + items)
            parts += share_of_mean(of_items, weights)
        return parts
