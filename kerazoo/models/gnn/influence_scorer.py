"""How much a node would add to the spread of seeds."""

import typing

import keras
from keras import ops

from kerazoo import layers
from kerazoo.layers.tensor import Tensor
from kerazoo.training.replica_model import ReplicaModel

_EPSILON = 1e-6
_ALMOST = 1 - 1e-6  # Probability whose logarithm is finite.
_DIFFUSIONS = ("independent_cascade", "linear_threshold")


@keras.saving.register_keras_serializable(package="kerazoo")
class InfluenceScorer(ReplicaModel):
    r"""Corrects a mean-field estimate of what a node adds to the spread of seeds.

    The probability \(a_v\) that the seeds activate a node is estimated by rounds of
    \(1 - \prod_u (1 - p_{uv} a_u)\), of linear thresholds \(\sum_u p_{uv} a_u\), as if
    its neighbours did not depend on each other; and what it would activate itself by
    rounds of \(r_v = (1 - a_v)(1 + \sum_w p_{vw} r_w)\), which no more than the nodes
    left can be. All rounds are features of GraphSAGE layers over the edges away from a
    node. These weigh the rounds against each other and say what is to be added, so that
    an untrained model is a mean of the rounds. No feature depends on which graph it is.

    Args:
        hidden_size: Width of the layers.
        num_layers: Number of layers.
        rounds: Rounds of each estimate, at least 1.
        diffusion: `"independent_cascade"` or `"linear_threshold"`.

    Call arguments:
        inputs: dict of `source` and `target`, int `(E,)`, who activates whom;
            `probabilities`, float `(E,)`, of linear thresholds weights; `is_seed`,
            float `(N,)`, 1 for nodes that are active already; and of several graphs
            `graph_ids`, int `(N,)`.
        num_graphs: Number of graphs, where there are `graph_ids`.

    Returns:
        float32 `(N,)`, logarithms of the nodes that each would add. What it is of a
        seed has no meaning.

    Raises:
        ValueError: If an argument is out of range.

    Example:

    ```python
    model = InfluenceScorer(hidden_size=8)
    edges = {"source": np.array([0, 0]), "target": np.array([1, 2])}
    chances = {"probabilities": np.full(2, 0.5), "is_seed": np.zeros(3)}
    model({**edges, **chances})  # (3,)
    ```
    """

    def __init__(
        self,
        hidden_size: int = 32,
        num_layers: int = 2,
        rounds: int = 5,
        diffusion: str = "independent_cascade",
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        sizes = {"hidden_size": hidden_size, "num_layers": num_layers, "rounds": rounds}
        for name, value in sizes.items():
            if value < 1:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        if diffusion not in _DIFFUSIONS:
            raise ValueError(
                f"`diffusion` must be one of {', '.join(_DIFFUSIONS)}. "
                f"Received: diffusion={diffusion}"
            )
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.rounds, self.diffusion = rounds, diffusion
        self.convolutions = [
            layers.SAGEConv(hidden_size, activation="relu") for _ in range(num_layers)
        ]
        self.head = keras.layers.Dense(rounds + 1, kernel_initializer="zeros")
        self(self.example_inputs())

    def example_inputs(self) -> dict[str, Tensor]:
        """Returns a graph of one node and one edge, as `call` takes it."""
        return {
            "source": ops.zeros((1,), "int32"),
            "target": ops.zeros((1,), "int32"),
            "probabilities": ops.ones((1,)),
            "is_seed": ops.zeros((1,)),
        }

    def call(self, inputs: dict[str, Tensor], num_graphs: int = 1) -> Tensor:
        source, target = inputs["source"], inputs["target"]
        chances = ops.cast(inputs["probabilities"], "float32")
        is_seed = ops.cast(inputs["is_seed"], "float32")
        count = ops.shape(is_seed)[0]
        active = self._active(source, target, chances, is_seed)
        inactive = 1 - active[-1]
        graph_ids = inputs.get("graph_ids")
        if graph_ids is None:
            left = ops.sum(inactive)
        else:
            left = ops.segment_sum(inactive, graph_ids, num_graphs)
            left = ops.take(left, graph_ids)
        left = ops.maximum(left, 1.0)
        reach, gains = inactive, []
        for _ in range(self.rounds):
            found = ops.take(reach, target) * chances
            reach = inactive * (1 + ops.segment_sum(found, source, count))
            reach = left * -ops.expm1(-reach / left)
            gains.append(ops.log(reach + _EPSILON))
        logarithms = ops.stack(gains, axis=-1)
        strengths = [
            ops.log1p(ops.segment_sum(chances, ends, count))
            for ends in (source, target)
        ]
        x = ops.stack([*strengths, *active, *gains], axis=-1)
        for convolution in self.convolutions:
            x = convolution(x, target, source, edge_weights=chances)
        outputs = ops.cast(self.head(x), "float32")
        shares = ops.softmax(outputs[:, :-1], axis=-1)
        return ops.sum(shares * logarithms, axis=-1) + outputs[:, -1]

    def get_config(self) -> dict[str, typing.Any]:
        names = ("hidden_size", "num_layers", "rounds", "diffusion")
        return {
            **{name: getattr(self, name) for name in names},
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    def build_from_config(self, config: dict[str, typing.Any]) -> None:
        """Does nothing: the weights exist already."""

    def _active(self, source, target, chances, is_seed):
        """Returns the probability that each node is active after each round."""
        active, found = is_seed, []
        for _ in range(self.rounds):
            reached = ops.take(active, source) * chances
            if self.diffusion == "independent_cascade":
                reached = -ops.log1p(-ops.minimum(reached, _ALMOST))
            reached = ops.segment_sum(reached, target, ops.shape(is_seed)[0])
            if self.diffusion == "independent_cascade":
                reached = -ops.expm1(-reached)
            active = ops.maximum(is_seed, ops.minimum(reached, 1.0))
            found.append(active)
        return found
