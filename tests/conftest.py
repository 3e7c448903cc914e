"""Prepares TensorFlow once for all tests: Keras 2 behind it, two logical CPUs."""

import logging
import os

import pytest

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


@pytest.fixture(autouse=True)
def notices():
    """Takes from the library's logger what an app has done to it."""
    yield
    logger = logging.getLogger("kerazoo")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)
