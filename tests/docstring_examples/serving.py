"""`module`, the one of `export`'s example, which doubles numbers."""

import tensorflow as tf


class Double(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), name="x")])
    def serve(self, x):
        return {"y": 2 * x}


def names():
    return {"module": Double()}
