"""Odd requests to signatures, and what must come of them: an answer, or its name."""

import re

import numpy as np
import tensorflow as tf

from kerazoo.serving.c_api import Requests

FLOATS = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, -0.5, 0, 1, 1.5]
INTEGERS = [-(2**31), -1, 0, 1, 3, 1_025, 2**31 - 1]  # None makes much work.
TEXTS = [
    b"",
    b" \t",
    b"\x00",
    b"to be",
    b"to \xff be",
    b"\xf0\x9f",
    b"\xef\xbb\xbf1",
    "\u3000\u2028".encode(),
    100_000 * b"to be ",
    100_000 * b"\x80",
]


def odd_requests(function, example, count, seed=0, max_rows=4, odd_text=None):
    """Yields odd requests, each after a good one.

    Args:
        function: Concrete function of named inputs.
        example: dict of input name to array. A good request.
        count: int. How many.
        seed: int.
        max_rows: int. Most rows of an odd input.
        odd_text: Function of a good text and a generator to an odd one. Default:
            `odd_bytes`.
    """
    random = np.random.default_rng(seed)
    specs = function.structured_input_signature[1]
    assert specs.keys() == example.keys()
    for _ in range(count):
        request = dict(example)
        some = random.random(len(specs)) < 1 / len(specs)
        some[random.integers(len(specs))] = True
        for name, is_odd in zip(specs, some):
            if is_odd:
                request[name] = odd_input(
                    *(specs[name], example[name], random, max_rows),
                    odd_text or odd_bytes,
                )
        yield request


def odd_input(spec, good, random, max_rows, odd_text):
    """Returns an input of a signature's shape and type, and unlikely values."""
    good = np.asarray(good)
    rows = [random.integers(max_rows + 1)] if spec.shape.rank else []
    if rows and random.random() < 0.6:
        rows = [len(good)]  # As many as the other inputs have.
    shape = (*rows, *spec.shape[1:])
    if spec.dtype == tf.string:
        texts = np.empty(shape, object)
        for place in np.ndindex(shape):
            text = good.ravel()[random.integers(good.size)]
            text = text.encode() if isinstance(text, str) else text
            if random.random() < 0.25:
                texts[place] = TEXTS[random.integers(len(TEXTS))]
            else:
                texts[place] = odd_text(text, random)
        return texts
    if spec.dtype == tf.bool:
        return random.random(shape) < random.choice([0, 0.5, 1])
    if spec.dtype == tf.uint8:
        return random.integers(0, 256, shape, "uint8")
    dtype = spec.dtype.as_numpy_dtype
    odd = random.choice(INTEGERS if spec.dtype.is_integer else FLOATS, shape)
    if random.random() < 0.5 and good.size:  # One odd number among good ones.
        odd_one = random.integers(odd.size) if odd.size else 0
        usual = np.resize(good, shape)
        odd = np.where(np.arange(odd.size).reshape(shape) == odd_one, odd, usual)
    return odd.astype(dtype)


def odd_bytes(good, random):
    """Returns bytes of which mostly a part is cut off or changed."""
    one = bytearray(good)
    place = random.integers(len(one) + 1)
    match random.integers(5):
        case 0:
            del one[place:]
        case 1:
            del one[:place]
        case 2:
            one[place:place] = random.bytes(3)
        case 3:
            one[place : place + 1] = random.bytes(1)
    return bytes(one)


def ask(function, request):
    """Returns the outputs as arrays."""
    specs = function.structured_input_signature[1]
    tensors = {k: tf.constant(v, specs[k].dtype) for k, v in request.items()}
    return {name: value.numpy() for name, value in function(**tensors).items()}


def assert_answered_or_refused(function, request):
    """Asserts a finite answer, or an error that names an input.

    Returns:
        bool. Whether there was an answer.
    """
    try:
        outputs = ask(function, request)
    except tf.errors.InvalidArgumentError as error:
        said = str(error)
        # In a message, as the name of a tensor, or of an operation on the input.
        named = [
            name
            for name in request
            if re.search(rf"`{name}`|tensor {name} |\b{name}(_\d+)?/", said)
        ]
        assert named, said
        return False
    for name, value in outputs.items():
        if value.dtype.kind == "f":
            assert np.isfinite(value).all(), (name, request)
    return True


def assert_odd_requests_end_well(function, example, count, **kwargs):
    """Asserts the same of many odd requests, and that the good one is answered."""
    assert assert_answered_or_refused(function, example)
    for request in odd_requests(function, example, count, **kwargs):
        assert_answered_or_refused(function, request)


def memory():
    """Returns the bytes of memory that the process has now.

    Its peak, perhaps of a test before, would hide what grows below it.
    """
    return Requests(library="").memory()


def assert_memory_stays(function, example, count, **kwargs):
    """Asserts that odd requests leave no memory behind.

    The first third fills what is filled once, such as the allocator's own memory.
    """
    sizes = []
    requests = odd_requests(function, example, count, seed=2, **kwargs)
    for number, request in enumerate(requests):
        assert_answered_or_refused(function, request)
        if number in (count // 3, count - 1):
            sizes.append(memory())
    assert sizes[1] < 1.05 * sizes[0]


def assert_rows_are_answered_alone(function, request, shared=(), atol=1e-5):
    """Asserts that rows get the same answers whatever rows they are asked with.

    Args:
        function: Concrete function of named inputs.
        request: dict of arrays, all with the same number of rows, 4 or more.
        shared: Names of inputs that are for all rows.
        atol: float. How far numbers may lie apart.
    """
    rows = [k for k in request if k not in shared]
    size = len(request[rows[0]])

    def part(start, stop):
        return {k: v[start:stop] if k in rows else v for k, v in request.items()}

    whole = ask(function, request)
    for start, stop in ((0, 0), (0, 1), (size - 1, size), (1, 4)):
        found = ask(function, part(start, stop))
        assert found.keys() == whole.keys()
        for name, value in found.items():
            expected = whole[name][start:stop]
            assert value.shape == expected.shape, name
            assert value.dtype == expected.dtype
            if value.dtype.kind == "f":
                np.testing.assert_allclose(value, expected, rtol=1e-4, atol=atol)
            elif value.dtype == np.uint8:  # A pixel may be rounded to the other side.
                assert (np.abs(value.astype(int) - expected) <= 1).all()
            elif name != "png_bytes":
                np.testing.assert_array_equal(value, expected)
