"""All paths of connectionist temporal classification, one by one, for tests."""

import collections
import itertools

import numpy as np


def text_of(path):
    """Returns what a path of tokens writes: 0 is the blank."""
    return tuple(token for token, _ in itertools.groupby(path) if token)


def text_probabilities(logits):
    """Returns the probability of every text, by the sum over all of its paths.

    Args:
        logits: float array `(T, V)`.
    """
    logits = logits.astype("float64")
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    found = collections.Counter()
    frames, size = logits.shape
    for path in itertools.product(range(size), repeat=frames):
        found[text_of(path)] += np.prod(probabilities[range(frames), path])
    return found


def padded(texts, length):
    """Returns texts as an int array, padded with 0."""
    return np.array([[*text, *[0] * (length - len(text))] for text in texts])
