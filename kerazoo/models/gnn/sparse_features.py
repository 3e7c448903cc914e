"""Node features of which most are zero."""

import tensorflow as tf

from kerazoo.layers.graph.sparse_product import sparse_product


class SparseFeatures(tf.SparseTensor):
    """Sparse tensor `(N, D)` that multiplies a kernel without detours.

    The matrix product that Keras has for sparse tensors looks rows up as embeddings,
    which takes several times as long. The entries get no gradient.

    Example:

    ```python
    features = SparseFeatures([[0, 1]], [2.0], [1, 2])
    features @ tf.eye(2)  # [[0, 2]]
    ```
    """

    def __matmul__(self, kernel: tf.Tensor) -> tf.Tensor:
        kernel = tf.convert_to_tensor(kernel)

        @tf.custom_gradient
        def product(kernel):
            def gradient(upstream):
                return sparse_product(self, upstream, transpose=True)

            return sparse_product(self, kernel), gradient

        # The kernels have no half precision.
        return tf.cast(product(tf.cast(kernel, tf.float32)), kernel.dtype)

    def with_values(self, new_values: tf.Tensor) -> "SparseFeatures":
        return SparseFeatures(self.indices, new_values, self.dense_shape)
