"""Times one configuration of a Transformer, for `benchmarks.transformer`.

    python -m benchmarks.transformer_step PRECISION WHAT[,WHAT ...]

The environment variable `T` is the number of threads. WHAT is `train`, `greedy`,
`greedy_xla` or `beam`. The Transformer-Tiny of 2.6 million parameters over 10,000
tokens trains on 128 pairs of 16 tokens and decodes 32 tokens of 64 sources; prints one
JSON object.
"""

import json
import sys

from apps.cli import errors

with errors.heavy_imports("text"):
    import keras
    import numpy as np
    import tensorflow as tf

    from benchmarks.step_timing import many_steps
    from benchmarks.step_timing import median_seconds
    from benchmarks.step_timing import seconds
    from benchmarks.step_timing import use_threads
    from kerazoo.models.transformer import EncoderDecoder
    from kerazoo.models.transformer import Transformer
    from kerazoo.models.transformer import beam_search
    from kerazoo.models.transformer import greedy
    from kerazoo.models.transformer import write
    from kerazoo.models.transformer.serving_translator import FEWEST_ROWS
    from kerazoo.serving.halves import in_halves

_VOCABULARY = 10_000
_PAIRS, _LENGTH, _TOKENS_OF_SOURCE = 128, 16, 13
_SOURCES, _WRITTEN = 64, 32
_BEAMS = 5
_NO_EOS = -1  # All steps, as the peer takes.
_STEPS, _CALLS = 8, 5


def make_model():
    """Makes the peer's model, with label smoothing, Adam and dropout as theirs."""
    network = EncoderDecoder(
        _VOCABULARY,
        hidden_size=128,
        num_layers=4,
        num_heads=4,
        feed_forward_size=256,
        dropout=0.1,
    )
    model = Transformer(network, label_smoothing=0.1)
    model.compile(keras.optimizers.Adam(1e-3, beta_2=0.98))
    model.optimizer.build(network.trainable_variables)
    return model


def random_tokens(count, length):
    """Returns tokens that are no special ones."""
    generator = np.random.default_rng(0)
    return generator.integers(4, _VOCABULARY, (count, length)).astype("int32")


def timed(function, *arguments):
    """Returns the seconds of the first call, and median wall and processor seconds."""
    first, _ = seconds(function, *arguments)
    return first, *median_seconds(_CALLS, function, *arguments)


def training(model):
    """Returns what `timed` does of a step, many of which are taken in a call."""
    source = random_tokens(_PAIRS, _LENGTH)
    source[:, _TOKENS_OF_SOURCE:] = 0
    target = random_tokens(_PAIRS, _LENGTH + 1)
    batch = (
        (tf.constant(source), tf.constant(target[:, :-1])),
        tf.constant(target[:, 1:]),
    )
    take = many_steps(lambda _: model.train_step(batch))
    first, wall, processor = timed(take, _STEPS)
    return first, wall / _STEPS, processor / _STEPS


def decoding(model, decode, jit_compile=None, **arguments):
    """Returns what `timed` does of translations of all sources."""
    source = random_tokens(_SOURCES, _LENGTH)
    source[:, _TOKENS_OF_SOURCE:] = 0
    source = tf.constant(source)

    def write_all(source):
        found = write(model.network, source, _WRITTEN, decode, eos=_NO_EOS, **arguments)
        return found.tokens

    @tf.function(jit_compile=jit_compile)
    def translate():
        if jit_compile:
            return write_all(source)
        fewest = FEWEST_ROWS // arguments.get("beam_size", 1)
        return in_halves(write_all, source, fewest=fewest)  # As exports do.

    return timed(lambda: translate().numpy())


def main(precision, what):
    use_threads()
    keras.config.set_dtype_policy(precision)
    model = make_model()
    programs = {
        "train": (lambda: training(model), _PAIRS * _LENGTH),
        "greedy": (lambda: decoding(model, greedy), _SOURCES * _WRITTEN),
        "greedy_xla": (lambda: decoding(model, greedy, True), _SOURCES * _WRITTEN),
        "beam": (
            lambda: decoding(model, beam_search, beam_size=_BEAMS),
            _SOURCES * _WRITTEN,
        ),
    }
    result = {"params": model.network.count_params()}
    for name in what.split(","):
        program, tokens = programs[name]
        first, wall, processor = program()
        result[name] = {
            "first": first,
            "tok_s_wall": tokens / wall,
            "tok_per_cpu_s": tokens / processor,
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
