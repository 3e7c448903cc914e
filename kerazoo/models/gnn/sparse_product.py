"""The product of a sparse matrix and a dense one, by the faster of two kernels."""

import tensorflow as tf

# Below this width TensorFlow multiplies coordinates directly, from it on by a detour.
_FAST_WIDTH = 32
_VECTOR = 8  # Rows of other widths miss the vector unit in the compressed product.


def sparse_product(
    matrix: tf.SparseTensor, dense: tf.Tensor, transpose: bool = False
) -> tf.Tensor:
    """Returns the product of a sparse matrix, or its transpose, and a dense one.

    Args:
        matrix: `tf.SparseTensor` `(N, M)` of float32, sorted by rows, then columns.
        dense: float32 `(M, D)`, or `(N, D)` with `transpose`; D is static.
        transpose: bool.

    Returns:
        float32 `(N, D)`, or `(M, D)` with `transpose`. No gradient is defined.
    """
    width = dense.shape[1]
    if width < _FAST_WIDTH:
        return tf.sparse.sparse_dense_matmul(matrix, dense, adjoint_a=transpose)
    missing = -width % _VECTOR
    if missing:
        dense = tf.pad(dense, [[0, 0], [0, missing]])
    # Compressed in the graph: a compressed matrix cannot enter one from outside.
    compressed = tf.raw_ops.SparseTensorToCSRSparseMatrix(
        indices=matrix.indices, values=matrix.values, dense_shape=matrix.dense_shape
    )
    product = tf.raw_ops.SparseMatrixMatMul(
        a=compressed, b=dense, transpose_a=transpose
    )
    product = tf.ensure_shape(product, (matrix.shape[int(transpose)], width + missing))
    return product[:, :width] if missing else product
