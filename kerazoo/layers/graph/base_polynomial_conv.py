"""What convolutions by polynomials of the adjacency matrix share."""

import typing
from collections.abc import Sequence

from keras import ops

from kerazoo.layers.graph.base_graph_conv import BaseGraphConv
from kerazoo.layers.graph.base_graph_conv import feature_size
from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.graph.edge_matrix import EdgeMatrix
from kerazoo.layers.graph.normalization import propagation_matrix
from kerazoo.layers.graph.normalization import symmetric_normalization
from kerazoo.layers.tensor import Tensor


class BasePolynomialConv(BaseGraphConv):
    r"""Base class of layers that multiply with the normalized adjacency several times.

    Features are multiplied by the kernels first, so that what is propagated has the
    width of the output and the features may be sparse.

    Args:
        units: Width of the output.
        num_steps: Number of steps K.
        normalize: Uses \(D^{-1/2} A D^{-1/2}\), with self-loops where the layer has
            them; False uses the edge weights as they are.
        **kwargs: Of `BaseGraphConv`.

    Attributes:
        has_self_loops: Whether \(A + I\) takes the place of \(A\).

    Raises:
        ValueError: If `num_steps` is not positive.
    """

    has_self_loops: typing.ClassVar[bool] = False

    def __init__(
        self, units: int, num_steps: int, normalize: bool = True, **kwargs: typing.Any
    ):
        super().__init__(units, **kwargs)
        if num_steps < 1:
            raise ValueError(
                f"`num_steps` must be positive. Received: num_steps={num_steps}"
            )
        self.num_steps = num_steps
        self.normalize = normalize

    @property
    def kernel_names(self) -> Sequence[str]:
        """Names of the matrices `(D, units)` that features are multiplied by."""
        return ["kernel"]

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        size = feature_size(node_features_shape)
        self.kernels = [
            self.add_kernel(name, (size, self.units)) for name in self.kernel_names
        ]
        self.bias = self.add_bias()

    def call(
        self,
        node_features: Tensor,
        source: Tensor | None = None,
        target: Tensor | None = None,
        edge_weights: Tensor | None = None,
        adjacency: typing.Any = None,
    ) -> Tensor:
        transformed = self.products(node_features)
        if adjacency is None:
            num_nodes = ops.shape(transformed[0])[0]
            adjacency = self._matrix(source, target, num_nodes, edge_weights)
        return self.finish(self.propagate(transformed, adjacency))

    def products(self, node_features: Tensor) -> list[Tensor]:
        """Returns the products with all kernels, each `(N, units)`."""
        return [transform(node_features, kernel) for kernel in self.kernels]

    def propagate(self, transformed: list[Tensor], adjacency: typing.Any) -> Tensor:
        """Returns the polynomial, `(N, units)`.

        Args:
            transformed: What `products` returns.
            adjacency: Normalized matrix with `@`.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_steps": self.num_steps,
            "normalize": self.normalize,
        }

    def _matrix(self, source, target, num_nodes, edge_weights):
        if self.has_self_loops or not self.normalize:
            return propagation_matrix(
                source, target, num_nodes, edge_weights, self.normalize
            )
        weights = symmetric_normalization(source, target, num_nodes, edge_weights)
        return EdgeMatrix(source, target, weights, num_nodes)
