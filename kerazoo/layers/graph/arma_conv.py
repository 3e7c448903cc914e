"""Auto-regressive moving average graph convolution."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.graph.base_polynomial_conv import BasePolynomialConv
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class ARMAConv(BasePolynomialConv):
    r"""Filters features by a rational function of the Laplacian.

    Averages `num_stacks` stacks of
    \(X_{t+1} = \sigma(D^{-1/2} A D^{-1/2} X_t W + X V)\), each of `num_steps` steps
    from \(X_0 = X\), as
    [Bianchi et al., 2019](https://arxiv.org/abs/1901.01343). The first step has a W of
    its own, the others share theirs.

    Args:
        units: int. Width of the output.
        num_steps: int. Steps T of a stack.
        num_stacks: int. Number of stacks K.
        step_activation: Name or function \(\sigma\) of the steps.
        normalize: bool. Normalizes, without self-loops; False uses the edge weights as
            they are.
        **kwargs: Of `BaseGraphConv`, such as `activation`, `use_bias`,
            `kernel_initializer` and `kernel_regularizer`.

    Call arguments:
        node_features: float `(N, D)`, dense, a sparse tensor of the backend, or by name
            and in a layer that is built, any matrix with `@`.
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        edge_weights: float `(E,)`, or None for ones.
        adjacency: Matrix `(N, N)` with `@`, of entries [target, source]. Used as it is,
            in place of `source`, `target` and `edge_weights`.

    Returns:
        float `(N, units)`.

    Raises:
        ValueError: If `units`, `num_steps` or `num_stacks` is not positive,
            `node_features` is not a matrix, or neither edges nor `adjacency` are given.

    Example:

    ```python
    layer = ARMAConv(16, num_steps=2, num_stacks=3)
    source, target = np.array([0, 1, 2]), np.array([1, 2, 0])
    layer(np.ones((3, 8)), source, target)  # (3, 16)
    ```
    """

    def __init__(
        self,
        units: int,
        num_steps: int = 1,
        num_stacks: int = 1,
        step_activation: str | Callable | None = "relu",
        normalize: bool = True,
        **kwargs: typing.Any,
    ):
        super().__init__(units, num_steps, normalize, **kwargs)
        if num_stacks < 1:
            raise ValueError(
                f"`num_stacks` must be positive. Received: num_stacks={num_stacks}"
            )
        self.num_stacks = num_stacks
        self.step_activation = keras.activations.get(step_activation)

    @property
    def kernel_names(self) -> list[str]:
        stacks = range(self.num_stacks)
        return [f"{name}_{stack}" for stack in stacks for name in ("first", "skip")]

    def build(self, node_features_shape: tuple[int | None, ...]) -> None:
        super().build(node_features_shape)
        self.step_kernels = []
        if self.num_steps > 1:
            shape = (self.units, self.units)
            self.step_kernels = [
                self.add_kernel(f"step_{stack}", shape)
                for stack in range(self.num_stacks)
            ]

    def propagate(self, transformed: list[Tensor], adjacency: typing.Any) -> Tensor:
        total = 0
        for stack in range(self.num_stacks):
            first, skip = transformed[2 * stack : 2 * stack + 2]
            outputs = self.step_activation(adjacency @ first + skip)
            for _ in range(self.num_steps - 1):
                outputs = ops.matmul(outputs, self.step_kernels[stack])
                outputs = self.step_activation(adjacency @ outputs + skip)
            total = total + outputs
        return total / self.num_stacks

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "num_stacks": self.num_stacks,
            "step_activation": keras.activations.serialize(self.step_activation),
        }
