"""What one of two workers does: trains through `fit` and writes what has come out."""

import os

import numpy as np
import tensorflow as tf

from kerazoo.training import strategy as strategies


def fit_as_worker(path, make_model, arrays, batch_size, validate=False):
    """Trains for two epochs and writes losses and weights.

    TF_CONFIG names the cluster; without it a single replica does all.

    Args:
        path: str. The .npz file to write.
        make_model: Function without arguments to a compiled model.
        arrays: Nest of arrays, of equally many rows.
        batch_size: int. Rows of a global batch.
        validate: bool. Whether to test on the same rows.
    """
    is_worker = "TF_CONFIG" in os.environ
    strategy = strategies.create("multi_worker" if is_worker else "one_device")
    with strategy.scope():
        model = make_model()
    options = tf.data.Options()
    policy = tf.data.experimental.AutoShardPolicy
    options.experimental_distribute.auto_shard_policy = policy.DATA
    data = tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size)
    data = data.with_options(options)
    validation = {"validation_data": data} if validate else {}
    history = model.fit(data, epochs=2, verbose=0, **validation).history
    losses = {name: history[name] for name in ("loss", "val_loss") if name in history}
    weights = {str(i): weight for i, weight in enumerate(model.get_weights())}
    np.savez(path, **losses, **weights)
