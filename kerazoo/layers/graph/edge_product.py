"""The product of an adjacency matrix and node features on TensorFlow's CPU."""

import contextlib
import contextvars
import functools
from collections.abc import Iterator

import keras
from keras import ops

from kerazoo.layers.graph.kept_results import kept_result
from kerazoo.layers.graph.sparse_product import sparse_product
from kerazoo.layers.graph.sparse_product import unsorted_product
from kerazoo.layers.in_place import writes_in_place
from kerazoo.layers.tensor import Tensor

_portable = contextvars.ContextVar("portable", default=False)


@contextlib.contextmanager
def portable_products() -> Iterator[None]:
    """Has edges multiplied by operations that every runtime has, such as LiteRT."""
    token = _portable.set(True)
    try:
        yield
    finally:
        _portable.reset(token)


def has_edge_product(features: Tensor) -> bool:
    """Returns whether `edge_product` takes these features here, and is the faster."""
    if _portable.get() or not writes_in_place():
        return False
    import tensorflow as tf

    is_matrix = len(features.shape) == 2 and features.shape[1]
    is_float = keras.backend.is_float_dtype(features.dtype)
    return bool(is_matrix and is_float and not tf.config.list_logical_devices("GPU"))


def edge_product(
    source: Tensor,
    target: Tensor,
    weights: Tensor | None,
    num_nodes: int | Tensor,
    features: Tensor,
) -> Tensor:
    """Returns the sums of the features of each node's sources, with all gradients.

    Edges whose tensors were seen before are sorted once and for all, see `kept_result`.

    Args:
        source: int `(E,)`. Node that each edge comes from.
        target: int `(E,)`. Node that each edge goes to.
        weights: float `(E,)`, or None for ones.
        num_nodes: int or int scalar N, the number of targets.
        features: float `(M, D)` of the sources, of known width.

    Returns:
        float `(N, D)`, of the dtype of the features.
    """
    import tensorflow as tf

    dtype = keras.backend.result_type(features.dtype, "float32")
    wide = tf.cast(features, dtype)
    values = None
    if weights is not None:
        values = tf.stop_gradient(tf.cast(weights, dtype))
    rows = ops.shape(features)[0]
    entries = None
    if isinstance(num_nodes, int) and isinstance(rows, int):
        entries = kept_result(_sorted_entries, source, target, rows, num_nodes)
    if entries is None:
        both = _unsorted_products(source, target, values, num_nodes, rows, dtype)
    else:
        both = _sorted_products(entries, values, num_nodes, rows, dtype)
    multiply, multiply_transposed = both
    product = _with_gradient(multiply, multiply_transposed, wide)
    if weights is not None:
        product += _weights_alone(weights, source, target, wide, product)
    return tf.cast(product, features.dtype)


def _sorted_entries(source, target, num_sources, num_targets):
    """Returns, by targets and by sources, the order of the edges and their places."""
    import tensorflow as tf

    for name, nodes, count in (
        ("source", source, num_sources),
        ("target", target, num_targets),
    ):
        numbers = ops.convert_to_numpy(nodes)
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise ValueError(
                f"`{name}` must hold numbers of the {count} nodes, from 0. Received: "
                f"numbers from {numbers.min()} to {numbers.max()}"
            )
    found = []
    for rows, columns in ((target, source), (source, target)):
        order = tf.argsort(rows, stable=True)
        places = tf.gather(tf.stack([rows, columns], axis=1), order)
        found.append((order, tf.cast(places, tf.int64)))
    return found


def _sorted_products(entries, values, num_nodes, rows, dtype):
    """Returns the functions that multiply by the matrix and by its transpose."""
    import tensorflow as tf

    shapes = (num_nodes, rows), (rows, num_nodes)
    for (order, places), shape in zip(entries, shapes):
        own = (
            tf.ones(order.shape, dtype) if values is None else tf.gather(values, order)
        )
        yield functools.partial(sparse_product, tf.SparseTensor(places, own, shape))


def _unsorted_products(source, target, values, num_nodes, rows, dtype):
    import tensorflow as tf

    if values is None:
        values = tf.ones(tf.shape(source), dtype)
    places = tf.cast(tf.stack([target, source], axis=1), tf.int64)
    shape = tf.cast(tf.stack([num_nodes, rows]), tf.int64)
    matrix = tf.SparseTensor(places, values, shape)
    yield functools.partial(unsorted_product, matrix)
    yield functools.partial(unsorted_product, matrix, transpose=True)


def _with_gradient(multiply, multiply_transposed, features):
    import tensorflow as tf

    @tf.custom_gradient
    def product(features):
        def gradient(upstream):
            dense = tf.convert_to_tensor(upstream)  # Of gathered rows, added up.
            return _with_gradient(multiply_transposed, multiply, dense)

        return multiply(features), gradient

    return product(features)


def _weights_alone(weights, source, target, features, product):
    """Returns zeros of a product's shape with its gradient by the weights.

    It is on its own, so that no one works it out who does not ask for it.
    """
    import tensorflow as tf

    @tf.custom_gradient
    def zeros(weights):
        def gradient(upstream):
            dense = tf.convert_to_tensor(upstream)
            sent = tf.gather(features, source) * tf.gather(dense, target)
            return tf.cast(tf.reduce_sum(sent, axis=1), weights.dtype)

        return tf.zeros_like(product), gradient

    return zeros(tf.convert_to_tensor(weights))
