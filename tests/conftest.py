"""Prepares TensorFlow once for all tests: Keras 2 behind it, two logical CPUs."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
# Tests compare numbers to 1e-5 and must not depend on a GPU's arithmetic.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def pytest_configure():
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return
    from apps.cli.tensorflow_import import import_tensorflow

    import_tensorflow()
    from kerazoo.training import strategy

    strategy.create("mirrored", num_devices=2)
