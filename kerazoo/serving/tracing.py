"""From a function to a signature of a served model."""

import typing
from collections.abc import Callable

import tensorflow as tf


def trace(
    function: Callable[..., dict[str, tf.Tensor]], **specs: tf.TensorSpec
) -> typing.Any:
    """Returns the concrete function of named inputs, to be exported as a signature.

    A server feeds what it gets: it is the graph that refuses inputs of another shape
    than that of the signature, with an error that names them.

    Args:
        function: Takes the inputs by name; returns a dict of outputs.
        **specs: Shape and type of each input.

    Example:

    ```python
    def double(x):
        return {"y": 2 * x}


    trace(double, x=tf.TensorSpec((None, 3)))(x=tf.ones((1, 3)))["y"]  # (1, 3) of 2.
    ```
    """

    def serve(**inputs):
        shaped = {
            name: tf.ensure_shape(value, specs[name].shape, name)
            for name, value in inputs.items()
        }
        return function(**shaped)

    named = {k: tf.TensorSpec(v.shape, v.dtype, k) for k, v in specs.items()}
    return tf.function(serve, autograph=False).get_concrete_function(**named)
