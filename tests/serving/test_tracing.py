"""What a server feeds is not what a signature says, unless the graph says no."""

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.check import run_without_python
from kerazoo.serving.exporting import export
from kerazoo.serving.tracing import trace

SPECS = {"x": tf.TensorSpec((None, 3)), "count": tf.TensorSpec((), tf.int32)}


def total(x, count):
    return {"y": tf.reduce_sum(x) + tf.cast(count, tf.float32)}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("total")
    return export(tf.Module(), {"serving_default": trace(total, **SPECS)}, folder)


def test_inputs_and_outputs_have_their_names(path):
    found = run_without_python(path, {"x": np.ones((2, 3), "f"), "count": np.int32(1)})
    assert found == {"y": 7}


@pytest.mark.parametrize(
    "odd",
    [
        {"x": np.ones((2, 4), "f")},
        {"x": np.ones(3, "f")},
        {"count": np.ones(1, "int32")},
    ],
)
def test_other_shapes_are_refused_without_python(path, odd):
    request = {"x": np.ones((2, 3), "f"), "count": np.int32(1), **odd}
    (name,) = odd
    with pytest.raises(RuntimeError, match=f"node {name}"):
        run_without_python(path, request)
