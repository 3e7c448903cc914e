"""A convolution as one product of matrices, which small images are faster with."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerazoo")
class PatchConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` of no padding, as a product of patches and the kernel.

    On CPUs the product, and its gradients, take a fraction of the time of the
    convolution of a few channels. Weights and results are those of `Conv2D`.

    Call arguments:
        x: float `(B, H, W, C)`.

    Returns:
        float `(B, H', W', F)`.

    Raises:
        ValueError: If the kernel is no square, the stride does not divide its side, or
            there is padding.

    Example:

    ```python
    from kerazoo.models.dqn.torsos.patch_conv import PatchConv2D

    layer = PatchConv2D(32, 8, 4, activation="relu")
    layer(np.zeros((2, 84, 84, 4))).shape  # (2, 20, 20, 32)
    ```
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        (size, *sizes), (stride, *strides) = self.kernel_size, self.strides
        if sizes != [size] or strides != [stride] or size % stride:
            raise ValueError(
                "`kernel_size` must be a square whose side `strides` divide. Received: "
                f"kernel_size={self.kernel_size}, strides={self.strides}"
            )
        if self.padding != "valid":
            raise ValueError(
                f'`padding` must be "valid". Received: padding={self.padding}'
            )
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        patches, kernel = self._patches(x), self._matrix()
        x = ops.matmul(patches, ops.cast(kernel, x.dtype)) + ops.cast(
            self.bias, x.dtype
        )
        return x if self.activation is None else self.activation(x)

    def _patches(self, x):
        """Returns patches `(B, H', W', P)`, in the order of `_matrix`."""
        size, stride = self.kernel_size[0], self.strides[0]
        _, height, width, channels = x.shape
        rows, columns = (side // stride for side in (height, width))
        if stride > 1:
            x = x[:, : rows * stride, : columns * stride]
            x = ops.reshape(x, (-1, rows, stride, columns, stride, channels))
            x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
            x = ops.reshape(x, (-1, rows, columns, stride * stride * channels))
        cells = size // stride
        height, width = rows - cells + 1, columns - cells + 1
        shifts = [(i, j) for i in range(cells) for j in range(cells)]
        return ops.concatenate(
            [x[:, i : i + height, j : j + width] for i, j in shifts], axis=-1
        )

    def _matrix(self):
        """Returns the kernel as a matrix `(P, F)`."""
        size, stride = self.kernel_size[0], self.strides[0]
        *_, channels, filters = self.kernel.shape
        cells = size // stride
        shape = (cells, stride, cells, stride, channels, filters)
        kernel = ops.transpose(ops.reshape(self.kernel, shape), (0, 2, 1, 3, 4, 5))
        return ops.reshape(kernel, (size * size * channels, filters))
