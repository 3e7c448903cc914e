"""A module small enough for tests of what is exported: numbers and texts."""

import numpy as np
import tensorflow as tf

from kerazoo.serving.exporting import export

REQUESTS = {
    "serving_default": {"x": np.array([[1, -3]], np.float32)},
    "shout": {"text": np.array(["it's grün".encode(), b"\xff\0"], object)},
    "many": {"x": np.linspace(0, 1, 800, dtype=np.float32).reshape(400, 2)},
    "sample": {"count": np.array(2, np.int32), "seed": np.array(7, np.int32)},
}


class Doubling(tf.Module):
    """Doubles numbers, shouts texts, draws from a seed."""

    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(np.full(1_000, 2, np.float32))
        pairs = tf.TensorSpec((None, 2), tf.float32, "x")
        texts = tf.TensorSpec((None,), tf.string, "text")
        numbers = [tf.TensorSpec((), tf.int32, name) for name in ("count", "seed")]
        double = _trace(lambda x: {"y": self.factor[0] * x}, pairs)
        self.endpoints = {
            "serving_default": double,
            "many": double,
            "shout": _trace(lambda text: {"loud_bytes": tf.strings.upper(text)}, texts),
            "sample": _trace(
                lambda count, seed: {
                    "samples": tf.random.stateless_normal([count], [seed, 0])
                },
                *numbers,
            ),
        }


def write(directory, requests=REQUESTS, **options):
    """Exports the module; returns the path of the version."""
    module = Doubling()
    return export(module, module.endpoints, directory, warmup=requests, **options)


def _trace(function, *specs):
    traced = tf.function(function, autograph=False)
    return traced.get_concrete_function(**{spec.name: spec for spec in specs})
