"""Products of sparse matrices and dense ones on TensorFlow, by the fastest kernels."""

import typing

from kerazoo.layers.tensor import Tensor

# Below this width TensorFlow multiplies coordinates directly, from it on by a detour.
_FAST_WIDTH = 32
_VECTOR = 8  # Rows of other widths miss the vector unit in the compressed product.
_CHUNK = 16  # Columns of coordinates in no order that are multiplied together.


def sparse_product(
    matrix: typing.Any, dense: Tensor, transpose: bool = False
) -> Tensor:
    """Returns the product of a sparse matrix, or its transpose, and a dense one.

    Args:
        matrix: `tf.SparseTensor` `(N, M)` of float32 or float64, sorted by rows.
        dense: `(M, D)`, or `(N, D)` with `transpose`, of its dtype; D is static.
        transpose: bool.

    Returns:
        `(N, D)`, or `(M, D)` with `transpose`. No gradient is defined.
    """
    import tensorflow as tf

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


def unsorted_product(
    matrix: typing.Any, dense: Tensor, transpose: bool = False
) -> Tensor:
    """Returns what `sparse_product` does, of a matrix with entries in no order."""
    import tensorflow as tf

    width = dense.shape[1]
    step = width if width < _FAST_WIDTH else _CHUNK
    products = [
        tf.sparse.sparse_dense_matmul(
            matrix, dense[:, start : start + step], adjoint_a=transpose
        )
        for start in range(0, width, step)
    ]
    return products[0] if len(products) == 1 else tf.concat(products, axis=1)
