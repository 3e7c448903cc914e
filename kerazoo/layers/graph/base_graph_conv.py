"""What the graph convolutions share: width, bias, activation, initializers."""

import typing
from collections.abc import Callable

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


class BaseGraphConv(keras.layers.Layer):
    """Base class of layers from node features `(N, D)` to `(N, units)`.

    Args:
        units: int. Width of the output.
        activation: Name or function applied to the output, None for none.
        use_bias: bool. Adds a bias to the output.
        kernel_initializer: Initializer of all weights but the bias. One with a number
            as its seed draws the first matrix with it and the next with the numbers
            that follow.
        bias_initializer: Initializer of the bias.
        kernel_regularizer: Regularizer of all weights but the bias, None for none.
        bias_regularizer: Regularizer of the bias, None for none.

    Raises:
        ValueError: If `units` is not positive, or the node features are not a matrix.
    """

    def __init__(
        self,
        units: int,
        activation: str | Callable | None = None,
        use_bias: bool = True,
        kernel_initializer: str | keras.Initializer = "glorot_uniform",
        bias_initializer: str | keras.Initializer = "zeros",
        kernel_regularizer: str | keras.Regularizer | None = None,
        bias_regularizer: str | keras.Regularizer | None = None,
        **kwargs: typing.Any,
    ):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be positive. Received: units={units}")
        self.units = units
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self._num_matrices = 0
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)

    @property
    def output_units(self) -> int:
        """Width of the output, where it is not `units`."""
        return self.units

    def compute_output_shape(
        self, node_features_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (node_features_shape[0], self.output_units)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
        }

    def add_kernel(self, name: str, shape: tuple[int, ...]) -> keras.Variable:
        """Adds a matrix, or a stack of matrices that are initialized one by one."""

        first = self._num_matrices
        self._num_matrices += shape[0] if len(shape) > 2 else 1

        def initialize(shape, dtype):
            if len(shape) == 2:
                return self._initializer_of(first)(shape, dtype=dtype)
            numbers = range(first, first + shape[0])
            matrices = [
                self._initializer_of(n)(shape[1:], dtype=dtype) for n in numbers
            ]
            return ops.stack(matrices)

        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initialize,
            regularizer=self.kernel_regularizer,
        )

    def add_bias(self) -> keras.Variable | None:
        """Adds the bias of the output, None if the layer has none."""
        if not self.use_bias:
            return None
        return self.add_weight(
            name="bias",
            shape=(self.output_units,),
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
        )

    def _initializer_of(self, number):
        """Returns the initializer of one matrix, unlike those of other numbers."""
        initializer = self.kernel_initializer
        if not isinstance(initializer, keras.initializers.Initializer):
            return initializer
        # One instance of a Keras initializer draws the same values every time.
        config = initializer.get_config()
        if isinstance(config.get("seed"), int):
            config["seed"] += number
        return type(initializer).from_config(config)

    def finish(self, outputs: Tensor) -> Tensor:
        """Adds the bias and applies the activation."""
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)


def feature_size(node_features_shape: tuple[int | None, ...] | None) -> int:
    """Returns D of the shape `(N, D)`, or says what is wrong."""
    shape = tuple(node_features_shape or ())
    if len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "`node_features` must have shape (nodes, features). "
            f"Received: node_features.shape={shape}"
        )
    return shape[1]


def check_edge_features(edge_features: Tensor | None, weights: Tensor | None) -> None:
    """Raises if there are edge features and no weights for them, or the reverse."""
    if (edge_features is None) != (weights is None):
        shape = None if edge_features is None else tuple(edge_features.shape)
        raise ValueError(
            "`edge_features` must be given in every call or in none, as in the first "
            f"one. Received: edge_features.shape={shape}"
        )


def transform(node_features: Tensor, kernel: Tensor) -> Tensor:
    """Returns the product with a kernel of a tensor or any matrix with `@`."""
    if hasattr(type(node_features), "__matmul__"):
        return node_features @ ops.convert_to_tensor(kernel)
    return ops.matmul(node_features, kernel)  # Sparse tensors of TensorFlow have no @.
