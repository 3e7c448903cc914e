import numpy as np
import pytest
import tensorflow as tf

from kerazoo.demo.model import Model
from tests.demo.exports import exports


def test_signatures_are_asked_and_timed():
    outputs, seconds = Model(exports()["writing"]).ask("score", text=["four"], seed=1)
    np.testing.assert_allclose(outputs["log_probability"], [4 * np.log(0.5)], rtol=1e-6)
    assert outputs["num_tokens"].tolist() == [4]
    assert 0 < seconds < 60


@pytest.mark.parametrize("wrong", ["many", None, [1, [2]], 2**40, -(2**31) - 1])
def test_wrong_input_is_an_error_of_its_signature(wrong):
    model = Model(exports()["points"])
    with pytest.raises(ValueError, match="The input count of sample: ."):
        model.ask("sample", count=wrong, seed=0, truncation=0)


def test_value_that_the_model_refuses_is_its_error():
    request = {"count": 1, "seed": 0, "guidance": 1, "label": [0]}
    with pytest.raises(tf.errors.InvalidArgumentError, match="steps must be positive"):
        Model(exports()["diffusion"]).ask("sample", steps=0, **request)
