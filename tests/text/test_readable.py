import sys

import numpy as np
import tensorflow as tf

from kerazoo.text.readable import is_blank
from kerazoo.text.readable import is_utf8

CHARACTERS = [chr(point) for point in range(0x3100) if not 0xD800 <= point < 0xE000] + [
    chr(sys.maxunicode),
    "\ufeff",
    "\ufffd",
    "\uffff",
]


def test_blank_is_what_python_calls_space():
    found = is_blank(tf.constant(CHARACTERS)).numpy()
    np.testing.assert_array_equal(found, [c.isspace() for c in CHARACTERS])
    texts = ["", " \t\n", "\u00a0 \u3000", " a ", b" \xff"]
    assert is_blank(tf.constant(texts)).numpy().tolist() == [True] * 3 + [False] * 2


def test_utf8_is_what_python_reads():
    generator = np.random.default_rng(0)
    texts = [character.encode() for character in CHARACTERS]
    texts += [bytes(generator.integers(256, size=3, dtype="uint8")) for _ in range(999)]
    texts += ["日本".encode()[:n] for n in range(7)]
    texts += [
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xf4\x90\x80\x80",
        b"a\0b",
        b"",
        b"\xff\xfe",
    ]
    found = is_utf8(tf.constant(texts)).numpy()
    np.testing.assert_array_equal(found, [can_be_read(text) for text in texts])


def can_be_read(text):
    try:
        return bool(text.decode() or True)
    except UnicodeDecodeError:
        return False
