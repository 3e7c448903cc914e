r"""Measures the memory that attention and decoding take as texts grow.

    python -m benchmarks.transformer_memory

Prints one JSON line per figure. Each is measured in a process of its own, as what its
peak memory rises by over that of the process with the layer built and the same work
done on a short text. It takes a minute.
"""

import json

from absl import app

from apps.cli import errors
from benchmarks.processes import peak_megabytes
from benchmarks.processes import report
from benchmarks.processes import run_module

with errors.heavy_imports("text"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.layers import Attention
    from kerazoo.models.transformer import EncoderDecoder
    from kerazoo.models.transformer import greedy
    from kerazoo.models.transformer import write

_TOKENS = (1_024, 2_048, 4_096, 8_192)
_WINDOW = 256
_UNITS, _HEADS = 512, 8
_PLACES = (128, 256, 512, 1_024)
_ROWS, _LAYERS = 16, 2
_SHORT = 16
_NO_EOS = -1


def main(arguments):
    if len(arguments) > 1:
        what, *numbers = arguments[1:]
        measure = {"attention": attention, "decoding": decoding}[what]
        print(json.dumps(measure(*map(int, numbers))))
        return
    for window in (_WINDOW, 0):
        for tokens in _TOKENS:
            found = run_child("attention", tokens, window)
            report("attention_megabytes", tokens=tokens, window=window or None, **found)
    for places in _PLACES:
        report("decoding_megabytes", tokens=places, **run_child("decoding", places))


def run_child(*arguments):
    """Returns what one measurement finds, a dict."""
    return run_module("transformer_memory", *arguments, threads=2)


def attention(tokens, window):
    """Measures one causal pass over a text, float32 `(1, tokens, 512)`."""
    layer = Attention(_HEADS, is_causal=True, window=window or None)
    layer.build((None, None, _UNITS))
    attend = tf.function(layer, reduce_retracing=True)
    random = np.random.default_rng(0)

    def work(length):
        inputs = random.normal(size=(1, length, _UNITS)).astype("float32")
        attend(tf.constant(inputs)).numpy()

    return {"value": rise(work, tokens)}


def decoding(places):
    """Measures the greedy writing of so many tokens for 16 sources."""
    network = EncoderDecoder(
        1_000, _UNITS, _LAYERS, _HEADS, feed_forward_size=4 * _UNITS, dropout=0.0
    )
    source = tf.fill((_ROWS, _SHORT), 5)
    network.build(None)

    def work(length):
        decode = tf.function(
            lambda: write(network, source, length, greedy, eos=_NO_EOS)
        )
        decode().tokens.numpy()

    cache = 2 * _LAYERS * _ROWS * places * _UNITS * 4 / 2**20
    return {"value": rise(work, places), "cache": round(cache, 1)}


def rise(work, size):
    """Returns by how many MiB the peak memory rises over that of little work."""
    work(_SHORT)
    before = peak_megabytes()
    work(size)
    return round(peak_megabytes() - before, 1)


if __name__ == "__main__":
    app.run(main)
