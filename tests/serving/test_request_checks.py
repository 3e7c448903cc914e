import math

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import gives_finite
from kerazoo.serving.request_checks import has_bytes
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import in_range
from kerazoo.serving.request_checks import is_finite

INT = -(2**31), 2**31 - 1


def said(check, *values):
    """Returns what is said of values in a graph, or None where they pass."""

    @tf.function(autograph=False)
    def serve(*tensors):
        return checked(tensors, [check(*tensors)])

    tensors = [tf.constant(value) for value in values]
    try:
        found = serve(*tensors)
    except tf.errors.InvalidArgumentError as error:
        # Outside of graphs the same is said.
        with pytest.raises(tf.errors.InvalidArgumentError) as eager:
            checked(tensors, [check(*tensors)])
        message = str(error).partition("assertion failed: [")[2].partition("]")[0]
        assert message in str(eager.value)
        return message
    for tensor, value in zip(found, tensors):
        np.testing.assert_array_equal(tensor, value)
    return None


@pytest.mark.parametrize(
    ("value", "lowest", "highest", "above", "message"),
    [
        (0, 0, 4, False, None),
        (4, 0, 4, False, None),
        (-1, 0, 4, False, "`x` must be from 0 to 4. Received: -1"),
        (5, 0, 4, False, "`x` must be from 0 to 4. Received: 5"),
        (INT[0], 0, 4, False, f"`x` must be from 0 to 4. Received: {INT[0]}"),
        ([0, 1, 7, 8], -1, 4, False, "`x` must be from -1 to 4. Received: 7"),
        ([[0, 1], [2, -9]], 0, 4, False, "`x` must be from 0 to 4. Received: -9"),
        (np.zeros((0, 2), "int32"), 3, 4, False, None),
        (0.0, 0, 1, True, "`x` must be above 0 and at most 1. Received: 0"),
        (0.25, 0, 1, True, None),
        (1.5, 0, 1, True, "`x` must be above 0 and at most 1. Received: 1.5"),
        (1.5, 0.0, 1.0, False, "`x` must be from 0 to 1. Received: 1.5"),
        (math.nan, 0.0, 1.0, False, "`x` must be from 0 to 1. Received: nan"),
        (3e38, 0, math.inf, False, None),
        (
            math.inf,
            0,
            math.inf,
            False,
            "`x` must be finite and at least 0. Received: inf",
        ),
        (-0.5, 0, math.inf, False, "`x` must be finite and at least 0. Received: -0.5"),
        (
            math.nan,
            0,
            math.inf,
            False,
            "`x` must be finite and at least 0. Received: nan",
        ),
    ],
)
def test_ranges(value, lowest, highest, above, message):
    assert said(lambda x: in_range("x", x, lowest, highest, above), value) == message


def test_range_of_the_request():
    def check(x, highest):
        return in_range("x", x, 0, highest)

    assert said(check, [1, 3], 3) is None
    assert said(check, [1, 3], 2) == "`x` must be from 0 to 2. Received: 3"


@pytest.mark.parametrize(
    ("check", "values", "message"),
    [
        (lambda x: is_finite("x", x), [[1.0, -3e38]], None),
        (lambda x: is_finite("x", x), [[1.0, -math.inf]], "be finite. Received: -inf"),
        (lambda x: is_finite("x", x), [np.zeros((0, 3))], None),
        (lambda x: is_finite("x", x, many=True), [[3e38, 3e38]], None),  # Not the sum.
        (
            lambda x: is_finite("x", x, many=True),
            [[1.0, math.nan]],
            "be finite. Received: nan",
        ),
        (lambda x: has_rows("x", x, 2), [[1, 2]], None),
        (
            lambda x: has_rows("x", x, 2),
            [[1, 2, 3]],
            "have at most 2 rows. Received: 3",
        ),
        (lambda x: has_bytes("x", x, 3), [["", "abc"]], None),
        (
            lambda x: has_bytes("x", x, 3),
            [["", "abé", "abcde"]],  # In UTF-8 of four bytes.
            "have at most 3 bytes in a text. Received: 4",
        ),
        (lambda x, y: has_rows_of("x", x, "`y`", tf.size(y)), [[1], [3]], None),
        (
            lambda x, y: has_rows_of("x", x, "`y`", tf.size(y)),
            [[1], [2, 3]],
            "have as many rows as `y`. Received: 1 and 2",
        ),
        (
            lambda x, y: has_rows_of("x", x, "`y`", tf.size(y), True),
            [[1], [2, 3]],
            None,
        ),
        (
            lambda x, y: has_rows_of("x", x, "`y`", tf.size(y), True),
            [[1, 2, 3], [2, 3]],
            "have one row, or as many as `y`. Received: 3 and 2",
        ),
        (
            lambda x: all_fit("x", x, x % 2 == 0, "be even"),
            [[2, 4, 5, 7]],
            "be even. Received: 5",
        ),
        (lambda x: gives_finite("x", x, 10 * x), [[1e37, -2.0]], None),
        (
            lambda x: gives_finite("x", x, 10 * x),
            [[1.0, -2e38]],
            "be small enough for a finite answer. Received: numbers up to 2e+38",
        ),
    ],
)
def test_what_else_is_checked(check, values, message):
    found = said(check, *values)
    assert found == (message and f"`x` must {message}")


def test_the_first_that_fails_is_said():
    def checks(x):
        return [in_range("x", x, 0, 9), all_fit("x", x, x % 2 == 0, "be even")]

    for value, message in ((3, "even"), (11, "from 0 to 9"), (12, "from 0 to 9")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            checked(tf.constant(value), checks(tf.constant(value)))


def test_nothing_is_computed_of_what_is_refused():
    calls = []

    @tf.function(autograph=False)
    def serve(x):
        x = checked(x, [in_range("x", x, 0, 9)])
        return tf.numpy_function(lambda x: calls.append(x) or x, [x], tf.int32)

    serve(tf.constant(3))
    with pytest.raises(tf.errors.InvalidArgumentError):
        serve(tf.constant(10))
    assert calls == [3]


def test_structures_stay_what_they_are():
    ragged = tf.ragged.constant([[1], [2, 3]])
    structure = {"a": tf.constant(1), "b": (None, 2.5, ragged)}
    check = Check(tf.constant(True), "a", "be there", lambda: tf.constant(0))
    found = checked(structure, [check])
    assert found.keys() == {"a", "b"} and found["b"][:2] == (None, 2.5)
    assert found["b"][2].to_list() == ragged.to_list()
