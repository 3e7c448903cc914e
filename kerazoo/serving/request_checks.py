"""Checks of requests inside a served graph, whose errors name the input.

A signature makes its `Check`s and lets its inputs pass with `checked`. A request that
does not pass ends as `InvalidArgument`, with the message of the first check that fails:
"`count` must be from 0 to 1024. Received: -1".
"""

import math
import typing
from collections.abc import Callable
from collections.abc import Sequence

import tensorflow as tf

Tensors = typing.TypeVar("Tensors")


class Check(typing.NamedTuple):
    """What must be true of a request.

    Attributes:
        holds: bool scalar.
        name: Name of the input.
        expected: What it must be, after "must"; in parts where it has numbers of the
            request.
        received: Function without arguments to what it was, a number, a vector of one
            or a text. It is asked where some check of the request has failed; if that
            is another one, it may return anything.
    """

    holds: tf.Tensor
    name: str
    expected: str | Sequence[str | tf.Tensor]
    received: Callable[[], tf.Tensor]


def checked(tensors: Tensors, checks: Sequence[Check]) -> Tensors:
    """Returns tensors that depend on checks: none is there before all have passed.

    Args:
        tensors: A tensor, or a structure of them, such as a dict. What is none, such
            as None, stays as it is.
        checks: What must be true.

    Returns:
        The same structure.

    Raises:
        tf.errors.InvalidArgumentError: If a check fails; in a graph when it runs.

    Example:

    ```python
    count = tf.constant(16)
    count = checked(count, [in_range("count", count, 0, 1_024)])
    ```
    """
    # One condition for all, and one operation in it: a request that passes pays for
    # little else.
    holds = checks[0].holds
    if len(checks) > 1:
        holds = tf.reduce_all(tf.stack([check.holds for check in checks]))

    def refuse():
        return _refuse(checks)

    alone = {"_noinline": True}
    otherwise = tf.function(refuse, autograph=False, experimental_attributes=alone)
    has_passed = tf.cond(holds, lambda: tf.constant(True), otherwise)
    with tf.control_dependencies([has_passed]):
        return tf.nest.map_structure(
            lambda value: tf.identity(value) if tf.is_tensor(value) else value,
            tensors,
            expand_composites=True,
        )


def in_range(
    name: str,
    value: tf.Tensor,
    lowest: float,
    highest: float | tf.Tensor,
    above: bool = False,
) -> Check:
    """Checks that numbers lie within bounds, which NaN does not.

    Args:
        name: Name of the input.
        value: Tensor of numbers, of any shape.
        lowest, highest: The bounds. `highest` may be of the request, a scalar; or
            infinite, for any finite number.
        above: Whether `lowest` itself is out of bounds.
    """
    value = tf.convert_to_tensor(value)
    is_open = not tf.is_tensor(highest) and highest == math.inf
    expected: str | Sequence[str | tf.Tensor]

    def fits():
        lower = value > lowest if above else value >= lowest
        return lower & (value < highest if is_open else value <= highest)

    if value.dtype.is_integer:  # Two passes, where those of `fits` are four.
        holds = (tf.reduce_min(value) >= lowest) & (tf.reduce_max(value) <= highest)
        holds |= tf.equal(tf.size(value), 0)
    else:
        holds = tf.reduce_all(fits())
    if is_open:
        expected = f"be finite and {'above' if above else 'at least'} {lowest:g}"
    elif above:
        expected = f"be above {lowest:g} and at most {highest:g}"
    elif tf.is_tensor(highest):
        expected = [f"be from {lowest} to ", highest]
    else:
        expected = f"be from {_shown(lowest)} to {_shown(highest)}"
    return Check(holds, name, expected, lambda: _first(value, ~fits()))


def all_fit(name: str, value: tf.Tensor, fits: tf.Tensor, expected: str) -> Check:
    """Checks that each number fits; the message shows the first that does not.

    Args:
        name: Name of the input.
        value: Tensor of numbers, of any shape.
        fits: bool tensor of the same shape.
        expected: What they must be, after "must".
    """
    return Check(tf.reduce_all(fits), name, expected, lambda: _first(value, ~fits))


def is_finite(name: str, value: tf.Tensor, many: bool = False) -> Check:
    """Checks that all numbers are finite.

    Args:
        name: Name of the input.
        value: Tensor of numbers, of any shape.
        many: Whether there may be millions. A finite sum, which is faster, tells that
            all are; one that is not may be of large numbers.
    """

    def fits():
        return tf.math.is_finite(value)

    if many:
        is_sum = tf.math.is_finite(tf.reduce_sum(value))
        holds = tf.cond(
            is_sum, lambda: tf.constant(True), lambda: tf.reduce_all(fits())
        )
    else:
        holds = tf.reduce_all(fits())
    return Check(holds, name, "be finite", lambda: _first(value, ~fits()))


def has_rows(name: str, value: tf.Tensor, most: int) -> Check:
    """Checks that an input has not too many rows."""
    rows = tf.shape(value)[0]
    return Check(rows <= most, name, f"have at most {most} rows", lambda: rows)


def has_rows_of(
    name: str, value: tf.Tensor, other: str, rows: tf.Tensor, one: bool = False
) -> Check:
    """Checks that an input has a row for each of another.

    Args:
        name: Name of the input.
        value: The input, `(B, ...)`.
        other: What the rows are of, such as "`source`".
        rows: int scalar, how many it has.
        one: Whether a single row, for all of them, will do, too.
    """
    found = tf.shape(value)[0]
    holds = tf.equal(found, rows)
    expected = f"have as many rows as {other}"
    if one:
        holds |= tf.equal(found, 1)
        expected = f"have one row, or as many as {other}"
    return Check(holds, name, expected, lambda: _joined([found, " and ", rows]))


def has_bytes(name: str, texts: tf.Tensor, most: int) -> Check:
    """Checks that no text `(B,)` has too many bytes."""
    sizes = tf.strings.length(texts)
    return all_fit(name, sizes, sizes <= most, f"have at most {most} bytes in a text")


def gives_finite(name: str, value: tf.Tensor, output: tf.Tensor) -> Check:
    """Checks that the answer to an input is finite, which may be of too large numbers.

    Args:
        name: Name of the input.
        value: The input, finite numbers of any shape.
        output: Tensor of numbers, the answer.
    """
    return Check(
        tf.reduce_all(tf.math.is_finite(output)),
        name,
        "be small enough for a finite answer",
        lambda: _joined(["numbers up to ", _largest(value)]),
    )


def _refuse(checks):
    """Fails with the message of the first check that does."""
    message = tf.constant("")
    for check in reversed(checks):
        expected = check.expected
        parts = [expected] if isinstance(expected, str) else expected
        said = _joined(
            [f"`{check.name}` must ", *parts, ". Received: ", check.received()]
        )
        message = tf.where(check.holds, message, said)
    assertion = tf.raw_ops.Assert(condition=tf.constant(False), data=[message])
    with tf.control_dependencies([] if assertion is None else [assertion]):
        return tf.constant(False)


def _first(value, is_out):
    """Returns the first of the numbers that are out, or nothing."""
    return tf.boolean_mask(tf.reshape(value, [-1]), tf.reshape(is_out, [-1]))[:1]


def _largest(value):
    return tf.reduce_max(tf.abs(tf.cast(value, tf.float32)))


def _joined(parts):
    texts = [
        part if isinstance(part, str) or part.dtype == tf.string else _text(part)
        for part in parts
    ]
    return tf.strings.join(texts)


def _text(number):
    """Returns a number, or a vector of one or none, as text."""
    shortest = number.dtype.is_floating
    return tf.strings.reduce_join(tf.as_string(number, shortest=shortest))


def _shown(number):
    return f"{number:g}" if isinstance(number, float) else str(number)
