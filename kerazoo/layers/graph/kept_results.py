"""What was worked out of the edges of a graph that stays the same."""

import typing
import weakref
from collections.abc import Callable
from collections.abc import Hashable

import keras

from kerazoo.layers.tensor import Tensor

_kept: dict[tuple, typing.Any] = {}
_SEEN = object()  # In place of a result: the edges were seen once.


def kept_result(
    function: Callable, source: Tensor, target: Tensor, *arguments: Hashable
) -> typing.Any:
    """Returns the result of a function of edges, worked out once for the same tensors.

    On TensorFlow, tensors that have their values are the same edges as long as they are
    the same objects. The result is kept as soon as a traced function, or a second call,
    asks for it, until one of the two tensors is gone.

    Args:
        function: Function of source, target and the arguments, whose result has neither
            of the two tensors in it.
        source, target: int `(E,)`.
        *arguments: Further ones of the function, none of them a tensor.

    Returns:
        The result, or None where none is kept: of edges that are symbolic or new, and
        on other backends.
    """
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    constant = tf.__internal__.EagerTensor
    numbers = (constant, tf.Tensor)
    if not (isinstance(source, constant) and isinstance(target, constant)):
        return None
    if any(isinstance(argument, numbers) for argument in arguments):
        return None
    key = (function, id(source), id(target), *arguments)
    found = _kept.get(key)
    if found is None:
        for ends in (source, target):
            weakref.finalize(ends, _kept.pop, key, None).atexit = False
        found = _kept[key] = _SEEN
        if tf.executing_eagerly():
            return None
    if found is _SEEN:
        with tf.init_scope():  # As tensors that any function may capture.
            found = _kept[key] = function(source, target, *arguments)
    return found
