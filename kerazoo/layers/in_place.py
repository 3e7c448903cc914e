"""Writing into the memory of a tensor, which TensorFlow alone has to be asked for.

TensorFlow is there only where it is Keras' backend.
"""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


def writes_in_place() -> bool:
    """Returns whether TensorFlow runs its own operations, not XLA's."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf
    from tensorflow.python.ops import control_flow_util

    graph = tf.compat.v1.get_default_graph()
    return not control_flow_util.GraphOrParentsInXlaContext(graph)


def with_columns(matrix: Tensor, columns: Tensor, start: Tensor) -> Tensor:
    """Returns a matrix with other columns, in its own memory if none else needs it.

    `ops.slice_update` and `ops.scatter_update` always copy it on a CPU.

    Args:
        matrix: `(N, C)`.
        columns: `(N, D)`.
        start: int32 scalar, at most C - D.

    Returns:
        `(N, C)`.
    """
    import tensorflow as tf

    return tf.raw_ops.TensorStridedSliceUpdate(
        input=matrix,
        begin=ops.stack([0, start]),
        end=ops.stack([0, start + ops.shape(columns)[1]]),
        strides=[1, 1],
        value=columns,
        begin_mask=1,  # All rows.
        end_mask=1,
    )
