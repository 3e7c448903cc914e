import keras
import pytest

from kerazoo.training.divergence import likely_cause


@pytest.mark.parametrize(
    "policy, step, word",
    [
        ("float32", 7, "a learning rate that is too high"),
        ("float32", 1, "values of the data"),
        ("mixed_bfloat16", 7, "a learning rate that is too high"),
        ("mixed_float16", 7, "mixed_bfloat16"),
    ],
)
def test_cause_fits_step_and_numbers(policy, step, word):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        cause = likely_cause(step)
    finally:
        keras.config.set_dtype_policy(before)
    assert word in cause and "learning rate" in cause
    assert "\n" not in cause
