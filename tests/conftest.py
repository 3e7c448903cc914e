"""Prepares TensorFlow once for all tests: Keras 2 behind it, two logical CPUs."""

import logging
import os

import pytest

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
# There is a process for each core: more threads for an operation wait for each other.
for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# Tests compare numbers to 1e-5 and must not depend on a GPU's arithmetic.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def pytest_configure():
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return
    from apps.cli.tensorflow_import import import_tensorflow

    import_tensorflow()
    from kerazoo.training import strategy

    strategy.create("mirrored", num_devices=2)
    _stop_autotuning()


def _stop_autotuning():
    # Letting go of an autotuned dataset waits for up to a minute in about 2 of 100
    # cases, see `kerazoo/training/batch_steps.py`; here, for those that Keras makes.
    import tensorflow as tf

    apply = tf.data.Dataset._apply_debug_options

    def without_autotune(dataset):
        options = tf.data.Options()
        options.autotune.enabled = False
        return apply(dataset.with_options(options))

    tf.data.Dataset._apply_debug_options = without_autotune


@pytest.fixture(autouse=True)
def notices():
    """Takes from the library's logger what an app has done to it."""
    yield
    logger = logging.getLogger("kerazoo")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)
