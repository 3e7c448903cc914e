"""Division of a linear layer's kernel by its largest singular value."""

import typing

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor

_CONV_TRANSPOSES = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_LINEAR = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    *_CONV_TRANSPOSES,
    keras.layers.Dense,
    keras.layers.Embedding,
)


@keras.saving.register_keras_serializable(package="kerazoo")
class SpectralNormalization(keras.layers.Wrapper):
    r"""Applies a linear layer whose kernel is divided by its spectral norm.

    Computes with \(W / \sigma(W)\), [Miyato et al.,
    2018](https://arxiv.org/abs/1802.05957), Equation 8, where W has a row for each
    output and \(\sigma(W) = u^\top W v\) with u and v of power iteration, Algorithm 1.
    The kernel itself stays as it is, and the gradient passes through sigma with u and v
    held constant, Equations 10 and 11; `keras.layers.SpectralNormalization` overwrites
    the kernel, and its gradient takes sigma for a constant.

    The vector u is a float32 weight that moves in training only. A kernel of zeros is
    left as it is. Precision and names of the kernel are those of `layer`.

    Args:
        layer: `Dense`, convolution, transposed convolution, all channels last and with
            `use_bias=False`, or `Embedding`.
        power_iterations: int. Iterations of each call.
        epsilon: float. A length, and a sigma, up to this one count as zero.
        use_bias: bool. Adds a bias to the outputs, but to those of an `Embedding`.

    Call arguments:
        inputs: Those of `layer`.
        training: bool. Keeps the u of this call.

    Returns:
        The outputs of `layer`.

    Raises:
        ValueError: If `layer` is another one, has a bias, an activation or an activity
            regularizer, or has channels first; if `power_iterations` is not positive.

    Example:

    ```python
    convolution = keras.layers.Conv2D(32, 3, use_bias=False)
    SpectralNormalization(convolution)(np.ones((2, 16, 16, 3)))  # (2, 14, 14, 32)
    ```
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        power_iterations: int = 1,
        epsilon: float = 1e-12,
        use_bias: bool = True,
        **kwargs: typing.Any,
    ):
        _check(layer)
        if power_iterations < 1:
            raise ValueError(
                "`power_iterations` must be positive. "
                f"Received: power_iterations={power_iterations}"
            )
        # In the weights' precision, sigma is of the kernel before it is rounded.
        kwargs = {**kwargs, "dtype": layer.variable_dtype, "autocast": False}
        super().__init__(layer, **kwargs)
        self.power_iterations = power_iterations
        self.epsilon = epsilon
        self.use_bias = use_bias

    def build(self, inputs_shape=None):
        super().build(inputs_shape)
        is_transpose = isinstance(self.layer, _CONV_TRANSPOSES)
        outputs = self._kernel.shape[-2 if is_transpose else -1]
        self.u = self.add_weight(
            shape=(outputs,),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
            name="u",
        )
        self.bias = None
        if self.use_bias and not isinstance(self.layer, keras.layers.Embedding):
            self.bias = self.add_weight(
                shape=(outputs,), initializer="zeros", name="bias"
            )

    def call(self, inputs: Tensor, training: bool | None = False) -> Tensor:
        kernel = ops.cast(self._kernel, self.variable_dtype)
        sigma, u = self._sigma(kernel)
        if training:
            self.u.assign(u)
        # The layer reads W / sigma for its kernel, which costs less than to divide its
        # outputs.
        values = [(v, v.value) for v in self.layer.variables if v is not self._kernel]
        values.append((self._kernel, kernel / ops.cast(sigma, kernel.dtype)))
        with keras.StatelessScope(values):
            outputs = self.layer(inputs)
        if self.bias is None:
            return outputs
        return outputs + ops.cast(self.bias, outputs.dtype)

    def compute_output_shape(self, inputs_shape):
        return self.layer.compute_output_shape(inputs_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "power_iterations": self.power_iterations,
            "epsilon": self.epsilon,
            "use_bias": self.use_bias,
        }

    @property
    def _kernel(self):
        if isinstance(self.layer, keras.layers.Embedding):
            return self.layer.embeddings
        return self.layer.kernel

    def _sigma(self, kernel):
        """Returns the largest singular value, as far as u knows it, and the next u."""
        matrix = ops.cast(kernel, "float32")
        if isinstance(self.layer, _CONV_TRANSPOSES):
            matrix = ops.swapaxes(matrix, -1, -2)
        u = self._unit(ops.cast(self.u, "float32"), 0.0)
        matrix = ops.reshape(matrix, (-1, u.shape[0]))  # The transpose of W.
        for _ in range(self.power_iterations):
            v = self._unit(ops.matmul(ops.stop_gradient(matrix), u), 0.0)
            product = ops.matmul(v, matrix)
            u = self._unit(ops.stop_gradient(product), u)
        sigma = ops.sum(product * u)
        return ops.where(sigma > self.epsilon, sigma, 1.0), u

    def _unit(self, x, otherwise):
        """Returns `x` of length one, or `otherwise` if its length is zero."""
        length = ops.sqrt(ops.sum(ops.square(x)))
        is_zero = length <= self.epsilon
        return ops.where(is_zero, otherwise, x / ops.where(is_zero, 1.0, length))


def _check(layer):
    if not isinstance(layer, _LINEAR):
        raise ValueError(
            "`layer` must be a Dense, a convolution, a transposed convolution or an "
            f"Embedding. Received: layer={layer}"
        )
    expected = {
        "use_bias": (False,),
        "activation": (None, keras.activations.linear),
        "activity_regularizer": (None,),
        "data_format": ("channels_last",),
    }
    for name, values in expected.items():
        value = getattr(layer, name, values[0])
        if value not in values:
            raise ValueError(
                f"`layer` must have {name}={values[0]!r}. Received: {name}={value!r}"
            )
